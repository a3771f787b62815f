public import EspalierNetworks
internal import EspalierTensors
internal import Foundation

/// A network evaluated node by node in `Double`, straight from the formulas and with a buffer for every node: what the
/// engine's passes are held against.
///
/// Activations are feature-major: the value of feature r for sample c is at r · batch + c.
public struct NetworkOracle {
  /// The parameters; a test may move them by steps that `Float` could not hold.
  public var parameters: [ParameterPath: [Double]]
  /// By what the elements of a dropout node's output are multiplied in training; by 1 where there is no entry.
  public var dropoutFactors: [String: [Double]] = [:]

  private let nodes: [Network.Node]
  private let inputShapes: [String: [[Int]]]

  /// The oracle of a network with its present parameters.
  public init(_ network: Network) {
    nodes = network.nodes
    inputShapes = Dictionary(
      uniqueKeysWithValues: nodes.map { ($0.name, $0.sources.map(network.shape(of:))) })
    let values = network.parameters.map { ($0.path, $0.parameter.values.values.map(Double.init)) }
    parameters = Dictionary(uniqueKeysWithValues: values)
  }

  /// The last node's output for a batch.
  public func output(_ input: [Double], batch: Int) -> [Double] {
    var outputs: [[Double]] = []
    for node in nodes {
      let inputs = node.sources.map { source in
        if case .node(let index) = source { outputs[index] } else { input }
      }
      outputs.append(output(of: node, inputs, batch: batch))
    }
    return outputs.last ?? input
  }

  private func output(of node: Network.Node, _ inputs: [[Double]], batch: Int) -> [Double] {
    switch node.layer {
    case let layer as Linear: linear(layer, node.name, inputs[0], batch: batch)
    case let layer as Conv2d: convolution(layer, node, inputs[0], batch: batch)
    case let layer as any ActivationLayer: inputs[0].map { Self.apply(layer.function, to: $0) }
    case is Softmax: Self.logSoftmax(inputs[0], batch: batch).map(exp)
    case is LogSoftmax: Self.logSoftmax(inputs[0], batch: batch)
    case is Add: zip(inputs[0], inputs[1]).map(+)
    case is Dropout: dropoutFactors[node.name].map { zip(inputs[0], $0).map(*) } ?? inputs[0]
    case is Flatten, is Reshape: inputs[0]
    case is Concat: inputs.flatMap { $0 }
    case let layer as Upsample: upsampled(layer.factor, node.outputShape, inputs[0], batch: batch)
    case let layer as BatchNorm: batchNorm(layer, node.name, inputs[0])
    case let layer as LayerNorm: layerNorm(layer, node.name, inputs[0], batch: batch)
    default: preconditionFailure("no formula for the layer of node \(node.name)")
    }
  }

  private func linear(_ layer: Linear, _ name: String, _ x: [Double], batch: Int) -> [Double] {
    let weight = parameters[ParameterPath(node: name, name: "weight")]!
    let bias = parameters[ParameterPath(node: name, name: "bias")]
    var y = [Double](repeating: 0, count: layer.outputs * batch)
    for row in 0..<layer.outputs {
      for column in 0..<batch {
        var sum = bias?[row] ?? 0
        for k in 0..<layer.inputs { sum += weight[row * layer.inputs + k] * x[k * batch + column] }
        y[row * batch + column] = sum
      }
    }
    return y
  }

  private func convolution(_ layer: Conv2d, _ node: Network.Node, _ x: [Double], batch: Int) -> [Double] {
    ConvolutionOracle(layer, image: inputShapes[node.name]![0], batch: batch).output(
      x, weights: parameters[ParameterPath(node: node.name, name: "weight")]!,
      bias: parameters[ParameterPath(node: node.name, name: "bias")]
    ).values
  }

  private static func apply(_ function: Activation, to x: Double) -> Double {
    switch function {
    case .relu: max(x, 0)
    case .leakyReLU(let slope): x > 0 ? x : Double(slope) * x
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: tanh(x)
    case .gelu: x * erfc(-x / 2.0.squareRoot()) / 2
    }
  }

  /// xᵢ − log Σⱼ e^{xⱼ} over the features of each sample.
  static func logSoftmax(_ x: [Double], batch: Int) -> [Double] {
    var y = x
    for column in 0..<batch {
      let sample = stride(from: column, to: x.count, by: batch)
      let largest = sample.reduce(-Double.infinity) { max($0, x[$1]) }
      let logarithm = largest + log(sample.reduce(0) { $0 + exp(x[$1] - largest) })
      for index in sample { y[index] -= logarithm }
    }
    return y
  }
}
