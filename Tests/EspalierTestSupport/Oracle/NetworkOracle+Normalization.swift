internal import EspalierNetworks

extension NetworkOracle {
  /// (x − m) / √(v + ε) · scale + shift by each channel's own statistics.
  func batchNorm(_ layer: BatchNorm, _ name: String, _ x: [Double]) -> [Double] {
    let length = x.count / layer.channels
    return (0..<layer.channels).flatMap { channel in
      let (scale, shift) = affine(name, channel)
      return Self.normalized(Array(x[channel * length..<(channel + 1) * length]), Double(layer.epsilon))
        .map { $0 * scale + shift }
    }
  }

  /// The same for each sample over its features.
  func layerNorm(_ layer: LayerNorm, _ name: String, _ x: [Double], batch: Int) -> [Double] {
    var y = x
    for column in 0..<batch {
      let places = Array(stride(from: column, to: x.count, by: batch))
      let normalized = Self.normalized(places.map { x[$0] }, Double(layer.epsilon))
      for (row, place) in places.enumerated() {
        let (scale, shift) = affine(name, row)
        y[place] = normalized[row] * scale + shift
      }
    }
    return y
  }

  private func affine(_ name: String, _ index: Int) -> (scale: Double, shift: Double) {
    func value(_ parameter: String) -> Double? {
      parameters[ParameterPath(node: name, name: parameter)]?[index]
    }
    return (value("scale") ?? 1, value("shift") ?? 0)
  }

  private static func normalized(_ x: [Double], _ epsilon: Double) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.map { ($0 - mean) / (variance + epsilon).squareRoot() }
  }
}
