internal import EspalierNetworks
internal import EspalierTensors

extension Network {
  /// The network with some of its layers, by the positions of their nodes, computed by factors: `fc1` becomes `fc1.down`,
  /// `fc1.up`, and, with a residual, `fc1.residual` and `fc1.sum`.
  ///
  /// `down` has the layer's geometry and no bias, `up` (1 × 1 for a convolution) the bias; the residual reads what `down` reads.
  /// Other names stay.
  func factoring(_ approximations: [Int: LowRankApproximation]) -> Network {
    var network = Network(inputShape: inputShape)
    var names = Set(nodes.map(\.name))
    var places: [Source: Source] = [.input: .input]
    for (index, node) in nodes.enumerated() {
      let sources = node.sources.map { places[$0]! }
      if let approximation = approximations[index] {
        places[.node(index)] = network.append(
          FactoredLayer(node.layer, approximation), in: node.name, after: sources, names: &names)
      } else {
        places[.node(index)] = network.append(node.layer, name: node.name, after: sources)
      }
    }
    return network
  }

  private mutating func append(
    _ layer: FactoredLayer, in name: String, after sources: [Source], names: inout Set<String>
  ) -> Source {
    func part(_ suffix: String) -> String {
      let tries = sequence(first: 1) { $0 + 1 }.lazy.map { "\(name).\(suffix)\($0 == 1 ? "" : "\($0)")" }
      let free = tries.first { !names.contains($0) }!
      names.insert(free)
      return free
    }
    let down = append(layer.down, name: part("down"), after: sources)
    let up = append(layer.up, name: part("up"), after: [down])
    guard let residual = layer.residual else { return up }
    let rest = append(residual, name: part("residual"), after: sources)
    return append(Add(), name: part("sum"), after: [up, rest])
  }
}

/// The layers that a fully connected layer or a convolution becomes.
private struct FactoredLayer {
  let down: any Layer
  let up: any Layer
  let residual: (any Layer)?

  init(_ layer: any Layer, _ approximation: LowRankApproximation) {
    if let convolution = layer as? Conv2d {
      self.init(convolution, approximation)
    } else {
      self.init(layer.linear!, approximation)
    }
  }

  private init(_ layer: Linear, _ approximation: LowRankApproximation) {
    down = Linear(weight: approximation.down)
    up = Linear(weight: approximation.up, bias: layer.bias?.values)
    residual = approximation.residual.map { values in
      var masked = Linear(weight: values)
      masked.weight.prune(keeping: approximation.kept!)
      return masked
    }
  }

  private init(_ layer: Conv2d, _ approximation: LowRankApproximation) {
    let (shape, geometry) = (layer.weight.shape, layer.geometry)
    func convolution(_ matrix: Tensor) -> Conv2d {
      Conv2d(
        weight: matrix.reshaped(to: [matrix.shape[0]] + shape.dropFirst()), stride: geometry.stride,
        padding: geometry.padding, dilation: geometry.dilation)
    }
    down = convolution(approximation.down)
    up = Conv2d(
      weight: approximation.up.reshaped(to: approximation.up.shape + [1, 1]), bias: layer.bias?.values)
    residual = approximation.residual.map { values in
      var masked = convolution(values)
      masked.weight.prune(keeping: approximation.kept!.reshaped(to: shape))
      return masked
    }
  }
}
