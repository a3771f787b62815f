import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Foundation
import Testing

@Suite struct NetworkDescriptionTests {
  private func decode(_ json: String) throws -> NetworkDescription {
    try JSONDecoder().decode(NetworkDescription.self, from: Data(json.utf8))
  }

  /// One of every layer with a setting that is not its default, in a graph with a branch.
  @Test func everyLayerComesBack() throws {
    var generator = Xoshiro256(seed: 1)
    let network = Network(input: [2, 3]) {
      Flatten()
      Linear(inputs: 6, outputs: 5, using: &generator).named("fc1")
      ReLU()
      Residual {
        Linear(inputs: 5, outputs: 5, bias: false, using: &generator)
        LeakyReLU(slope: 0.3)
        Dropout(probability: 0.2)
        Tanh()
      }
      GELU()
      Sigmoid()
      LogSoftmax()
      BatchNorm(channels: 5, epsilon: 0.01, momentum: 0.2)
      LayerNorm(shape: [5], epsilon: 0.1)
      Reshape(to: [1, 1, 5])
      BatchNorm(channels: 1, affine: false)
      MaxPool2d(kernel: Extent(height: 1, width: 3), stride: 1, padding: Extent(height: 0, width: 1))
      AvgPool2d(
        kernel: Extent(height: 1, width: 2), padding: Extent(height: 0, width: 1), countsPadding: false)
      Upsample(factor: 3)
      Branches(joinedBy: .concatenation) {
        Tanh()
        Branch {}
      }
      GlobalAveragePool2d()
      Softmax()
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = try encoder.encode(NetworkDescription(of: network))
    let copy = try JSONDecoder().decode(NetworkDescription.self, from: text)
      .makeNetwork { StoredParameters(of: network, node: $0) }
    #expect(try encoder.encode(NetworkDescription(of: copy)) == text)
    #expect(copy.bits == network.bits)
    for (node, original) in zip(copy.nodes, network.nodes) {
      #expect(node.name == original.name && node.sources == original.sources)
      #expect(type(of: node.layer) == type(of: original.layer))
    }
    let input = Tensor(uniform: -1..<1, shape: [6 * 4], using: &generator).values
    let outputs = [network, copy].map { network in
      TrainingPass(
        of: network, input: input, batch: 4, .crossEntropy(classes: [0, 0, 0, 0]), key: 5, on: .current
      ).output
    }
    #expect(outputs[0] == outputs[1])
  }

  @Test(arguments: [
    (
      #"{"input":[2],"nodes":[{"name":"c","layer":"concat","inputs":[],"configuration":{}}]}"#,
      "layer c (concat): expected one or more inputs that differ in their first dimension only, found []"
    ),
    (
      #"{"input":[1,2,2],"nodes":[{"name":"u","layer":"upsample","inputs":["input"],"configuration":{"factor":99999}}]}"#,
      "layer upsample: expected a factor of 1 to 32768, found 99999"
    ),
    (
      #"{"input":[1,2,2],"nodes":[{"name":"u","layer":"upsample","inputs":["input"],"configuration":{"factor":32768}}]}"#,
      "architecture: expected node u to have 1 to 2³¹ − 1 values, found shape [1, 65536, 65536]"
    ),
    (
      #"{"input":[2],"nodes":[{"name":"n","layer":"batch-norm","inputs":["input"],"configuration":"#
        + #"{"channels":2,"epsilon":0,"momentum":0.1,"affine":true}}]}"#,
      "layer batch-norm: expected channels, an epsilon above 0 and a momentum in 0…1, found epsilon 0.0"
    ),
    (
      #"{"input":[2],"nodes":[{"name":"n","layer":"reshape","inputs":["input"],"configuration":"#
        + #"{"shape":[4294967296,4294967296]}}]}"#,
      "layer reshape: expected a shape of lengths of at least 1, found [4294967296, 4294967296]"
    ),
    (
      #"{"input":[1,2,2],"nodes":[{"name":"p","layer":"max-pool2d","inputs":["input"],"configuration":"#
        + #"{"kernel":{"height":0,"width":1},"stride":{"height":1,"width":1},"padding":{"height":0,"width":0}}}]}"#,
      "layer max-pool2d: expected a kernel and stride of at least 1 and a padding of at most half the kernel, of at "
        + "most 65536 taps, found Configuration(kernel: 0×1, stride: 1×1, padding: 0×0)"
    ),
    (
      #"{"input":[1,2,2],"nodes":[{"name":"p","layer":"avg-pool2d","inputs":["input"],"configuration":"#
        + #"{"kernel":{"height":3,"width":3},"stride":{"height":1,"width":1},"padding":{"height":0,"width":0},"#
        + #""countsPadding":true}}]}"#,
      "layer p (avg-pool2d): expected input of shape [channels, height, width] that holds a window of 3×3, "
        + "found [1, 2, 2]"
    ),
    (
      #"{"input":[2],"nodes":[{"name":"a","layer":"relu","inputs":["b"],"configuration":{}}]}"#,
      "architecture: expected node a to follow its inputs, found input b"
    ),
    (
      #"{"input":[2],"nodes":[{"name":"add","layer":"add","inputs":["input"],"configuration":{}}]}"#,
      "layer add (add): expected 2 inputs of one shape, found [[2]]"
    ),
    (
      #"{"input":[2],"nodes":[{"name":"d","layer":"dropout","inputs":["input"],"configuration":{"probability":1}}]}"#,
      "layer dropout: expected probability in 0 ..< 1, found 1.0"
    ),
    (
      #"{"input":[2],"nodes":[{"name":"a b","layer":"relu","inputs":["input"],"configuration":{}}]}"#,
      "layer a b: expected a name of visible ASCII characters, not input, found a b"
    ),
    (
      #"{"input":[2],"nodes":[{"name":"input","layer":"relu","inputs":["input"],"configuration":{}}]}"#,
      "layer input: expected a name of visible ASCII characters, not input, found input"
    ),
    (#"{"input":[2],"nodes":[]}"#, "architecture: expected 1 to 10000 nodes, found 0"),
    (
      #"{"input":[0],"nodes":[{"name":"a","layer":"relu","inputs":["input"],"configuration":{}}]}"#,
      "architecture: expected the input to have 1 to 2³¹ − 1 values, found shape [0]"
    ),
    (
      #"{"input":[65536,65536],"nodes":[{"name":"a","layer":"relu","inputs":["input"],"configuration":{}}]}"#,
      "architecture: expected the input to have 1 to 2³¹ − 1 values, found shape [65536, 65536]"
    ),
    (
      #"{"input":[2],"nodes":[{"name":"a","layer":"fold","inputs":["input"],"configuration":{}}]}"#,
      "architecture: expected a known layer for node a, found layer fold"
    ),
  ])
  func whatDoesNotHoldTogetherIsRefused(json: String, message: String) {
    let error = #expect(throws: (any Error).self) {
      _ = try decode(json).makeNetwork { StoredParameters(of: perceptron([2, 2]), node: $0) }
    }
    #expect(error.map { "\($0)" } == message)
  }

  /// A layer of one's own is read once it is registered; its working memory is there in both passes.
  @Test func layersOfOnesOwn() throws {
    let network = Network(input: [3]) {
      Linear(weight: Tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], shape: [3, 3]))
      Square()
    }
    let text = try JSONEncoder().encode(NetworkDescription(of: network))
    #expect(throws: InvalidDescription.self) {
      try JSONDecoder().decode(NetworkDescription.self, from: text)
    }
    let decoder = JSONDecoder()
    decoder.userInfo[.layerRegistry] = LayerRegistry.standard.adding(Square.self)
    let copy = try decoder.decode(NetworkDescription.self, from: text)
      .makeNetwork { StoredParameters(of: network, node: $0) }
    let pass = TrainingPass(
      of: copy, input: [1, -2, 3], batch: 1, outputGradient: [1, 1, 0.5], on: .current)
    #expect(pass.output == [1, 4, 9])
    let gradient = pass.gradients[ParameterPath(node: "linear1", name: "weight")]!
    #expect(gradient.values == [2, -4, 6, -4, 8, -12, 3, -6, 9])
  }
}

/// The parameters of a node of a network at hand.
private struct StoredParameters: ParameterSource {
  struct Missing: Error {}

  mutating func statistic(_ name: String, shape: [Int]) throws -> Tensor {
    let path = ParameterPath(node: node, name: name)
    guard let found = network.statistics.first(where: { $0.path == path }), found.values.shape == shape else {
      throw Missing()
    }
    return found.values
  }

  let network: Network
  let node: String

  init(of network: Network, node: String) {
    self.network = network
    self.node = node
  }

  mutating func parameter(_ name: String, shape: [Int], role: Parameter.Role) throws -> Parameter {
    guard let found = network[ParameterPath(node: node, name: name)], found.shape == shape else {
      throw Missing()
    }
    return found
  }
}

/// x², whose derivative waits in working memory for the backward pass.
private struct Square: Layer {
  static let kind = "square"
  var configuration: EmptyConfiguration { EmptyConfiguration() }
  init() {}
  init(configuration: EmptyConfiguration, parameters: inout any ParameterSource) {}
  func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] { try onlyInput(of: inputs) }
  func scratchCount(inputs: [[Int]], batchSize: Int, training: Bool, inputGradient: Bool) -> Int {
    inputs[0].reduce(batchSize, *)
  }

  func forward(_ context: LayerContext, on compute: Compute) {
    for (index, x) in context.input.values.enumerated() {
      context.output.values[index] = x * x
      context.scratch[index] = 2 * x
    }
  }

  func backward(_ context: LayerContext, on compute: Compute) {
    guard let dx = context.inputGradients[0] else { return }
    for index in dx.values.indices {
      dx.values[index] = context.outputGradient.values[index] * context.scratch[index]
    }
  }
}
