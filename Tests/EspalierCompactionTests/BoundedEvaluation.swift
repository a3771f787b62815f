import EspalierNetworks
import EspalierTensors
import Foundation

/// A network evaluated for one sample in `Double`, every value with a bound on what the engine's single precision may be off.
///
/// The bounds are those of running error analysis (N. Higham, "Accuracy and stability of numerical algorithms", chapters 3
/// and 4): a sum of n products in any order is off by at most γₙ Σ |w x|, γₙ = n u / (1 − n u) with u = 2⁻²⁴; errors of inputs are
/// passed on through |w| and through the largest slope of a function.
struct BoundedEvaluation {
  struct Value {
    var value: Double
    var error: Double
  }

  static let unit = 0x1p-24

  private let network: Network

  init(_ network: Network) { self.network = network }

  /// The outputs, and by how much each may be off.
  func outputs(_ input: [Float]) -> [Value] {
    var results: [[Value]] = []
    let sample = input.map { Value(value: Double($0), error: 0) }
    for node in network.nodes {
      let inputs = node.sources.map { source in
        if case .node(let index) = source { results[index] } else { sample }
      }
      results.append(output(of: node, inputs))
    }
    return results.last ?? sample
  }

  private func output(of node: Network.Node, _ inputs: [[Value]]) -> [Value] {
    let shape = network.shape(of: node.sources[0])
    switch node.layer {
    case let layer as Linear: return sums(layer, inputs[0])
    case let layer as Conv2d: return convolution(layer, inputs[0], shape, node.outputShape)
    case let layer as any ActivationLayer: return inputs[0].map { Self.apply(layer.function, to: $0) }
    case let layer as MaxPool2d:
      return pooled(layer.geometry, inputs[0], shape, node.outputShape, Self.largest)
    case let layer as AvgPool2d:
      let count = layer.geometry.kernel.count
      return pooled(layer.geometry, inputs[0], shape, node.outputShape) { window in
        Self.mean(window, count: layer.countsPadding ? count : window.count)
      }
    case is GlobalAveragePool2d:
      return (0..<shape[0]).map { channel in
        let pixels = shape[1] * shape[2]
        return Self.mean(Array(inputs[0][channel * pixels..<(channel + 1) * pixels]), count: pixels)
      }
    case let layer as BatchNorm: return normalized(layer, inputs[0])
    case is Add:
      return zip(inputs[0], inputs[1]).map { a, b in
        let sum = a.value + b.value
        return Value(value: sum, error: a.error + b.error + Self.unit * (abs(sum) + a.error + b.error))
      }
    case let layer as Select:
      let length = inputs[0].count / shape[0]
      return layer.indices.flatMap { inputs[0][$0 * length..<($0 + 1) * length] }
    case is Concat: return inputs.flatMap { $0 }
    case let layer as Upsample: return enlarged(layer.factor, inputs[0], shape)
    case is Dropout, is Flatten, is Reshape: return inputs[0]
    default: preconditionFailure("no bound for the layer of node \(node.name)")
    }
  }

  private func sums(_ layer: Linear, _ x: [Value]) -> [Value] {
    let weight = layer.weight.values.values
    let bias = layer.bias?.values.values
    return (0..<layer.outputs).map { row in
      var sum = ErrorSum(bias.map { Double($0[row]) } ?? 0)
      for column in 0..<layer.inputs { sum.add(weight[row * layer.inputs + column], x[column]) }
      return sum.total
    }
  }

  /// scale · (x − mean) / √(variance + ε) + shift: four roundings of the terms' sizes, two of them in the factor.
  private func normalized(_ layer: BatchNorm, _ x: [Value]) -> [Value] {
    let (scale, shift) = (layer.scale?.values.values, layer.shift?.values.values)
    let pixels = x.count / layer.channels
    return x.enumerated().map { index, x in
      let channel = index / pixels
      let deviation = (Double(layer.runningVariance[channel]) + Double(layer.epsilon)).squareRoot()
      let factor = Double(scale?[channel] ?? 1) / deviation
      let (mean, shift) = (Double(layer.runningMean[channel]), Double(shift?[channel] ?? 0))
      let size = abs(factor) * (abs(x.value) + x.error + abs(mean)) + abs(shift)
      return Value(
        value: factor * (x.value - mean) + shift, error: abs(factor) * x.error + 8 * Self.unit * size)
    }
  }

  private func convolution(_ layer: Conv2d, _ x: [Value], _ shape: [Int], _ outputShape: [Int]) -> [Value] {
    let weight = layer.weight.values.values
    let bias = layer.bias?.values.values
    let inputs = layer.inputs / layer.groups
    let kernel = layer.geometry.kernel
    return (0..<outputShape.reduce(1, *)).map { index in
      let (channel, pixel) = (
        index / (outputShape[1] * outputShape[2]), index % (outputShape[1] * outputShape[2])
      )
      let first = channel / (layer.outputs / layer.groups) * inputs
      var sum = ErrorSum(bias.map { Double($0[channel]) } ?? 0)
      for input in 0..<inputs {
        forEachTap(layer.geometry, pixel, width: outputShape[2], shape) { tap, place in
          sum.add(
            weight[(channel * inputs + input) * kernel.count + tap],
            x[(first + input) * shape[1] * shape[2] + place])
        }
      }
      return sum.total
    }
  }

  private func enlarged(_ factor: Int, _ x: [Value], _ shape: [Int]) -> [Value] {
    (0..<shape[0] * shape[1]).flatMap { row in
      let line = (0..<shape[2] * factor).map { x[row * shape[2] + $0 / factor] }
      return (0..<factor).flatMap { _ in line }
    }
  }

  private func pooled(
    _ geometry: ConvolutionGeometry, _ x: [Value], _ shape: [Int], _ outputShape: [Int],
    _ pool: ([Value]) -> Value
  ) -> [Value] {
    (0..<outputShape.reduce(1, *)).map { index in
      let (channel, pixel) = (
        index / (outputShape[1] * outputShape[2]), index % (outputShape[1] * outputShape[2])
      )
      var window: [Value] = []
      forEachTap(geometry, pixel, width: outputShape[2], shape) { _, place in
        window.append(x[channel * shape[1] * shape[2] + place])
      }
      return pool(window)
    }
  }

  /// Visits the taps of a kernel that lie inside the image, with the pixels under them.
  private func forEachTap(
    _ geometry: ConvolutionGeometry, _ pixel: Int, width: Int, _ shape: [Int],
    _ body: (_ tap: Int, _ place: Int) -> Void
  ) {
    let (top, left) = (
      pixel / width * geometry.stride.height - geometry.padding.height,
      pixel % width * geometry.stride.width - geometry.padding.width
    )
    for u in 0..<geometry.kernel.height {
      for v in 0..<geometry.kernel.width {
        let (row, column) = (top + u * geometry.dilation.height, left + v * geometry.dilation.width)
        guard row >= 0, row < shape[1], column >= 0, column < shape[2] else { continue }
        body(u * geometry.kernel.width + v, row * shape[2] + column)
      }
    }
  }

  private static func largest(_ window: [Value]) -> Value {
    Value(value: window.map(\.value).max()!, error: window.map(\.error).max()!)
  }

  private static func mean(_ window: [Value], count: Int) -> Value {
    var sum = ErrorSum(0)
    for value in window { sum.add(Float(1), value) }
    let total = sum.total
    let mean = total.value / Double(count)
    return Value(value: mean, error: total.error / Double(count) + 2 * unit * abs(mean))
  }

  /// The kernels' functions are good to 8 units in the last place of a value of the size of 1 or, for GELU, of the input.
  private static func apply(_ function: Activation, to x: Value) -> Value {
    switch function {
    case .relu: Value(value: max(x.value, 0), error: x.error)
    case .leakyReLU(let slope):
      Value(
        value: x.value > 0 ? x.value : Double(slope) * x.value,
        error: max(1, Double(slope)) * (x.error + unit * abs(x.value)))
    case .sigmoid: Value(value: 1 / (1 + exp(-x.value)), error: x.error / 4 + 8 * unit)
    case .tanh: Value(value: tanh(x.value), error: x.error + 8 * unit)
    case .gelu:
      Value(
        value: x.value * erfc(-x.value / 2.0.squareRoot()) / 2,
        error: 1.13 * x.error + 8 * unit * (1 + abs(x.value)))
    }
  }
}

/// A sum of products with the bound of its error in single precision.
private struct ErrorSum {
  private var sum: Double
  private var magnitude: Double
  private var passedOn = 0.0
  private var terms = 2.0

  init(_ bias: Double) {
    sum = bias
    magnitude = abs(bias)
  }

  mutating func add(_ weight: Float, _ x: BoundedEvaluation.Value) {
    if weight == 0 { return }
    sum += Double(weight) * x.value
    magnitude += abs(Double(weight)) * (abs(x.value) + x.error)
    passedOn += abs(Double(weight)) * x.error
    terms += 1
  }

  var total: BoundedEvaluation.Value {
    let rounding = terms * BoundedEvaluation.unit / (1 - terms * BoundedEvaluation.unit)
    // What is below the smallest normal number counts as 0 in the engine.
    return .init(value: sum, error: passedOn + rounding * magnitude + terms * 0x1p-126)
  }
}
