import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct NetworkBuilderTests {
  private func linear(_ inputs: Int, _ outputs: Int) -> Linear {
    Linear(weight: Tensor(zeros: [outputs, inputs]), bias: Tensor(zeros: [outputs]))
  }

  @Test func componentsStandInOrderUnderTheirNames() {
    let hasActivation = true
    let network = Network(input: [2, 3]) {
      Flatten()
      for index in 1...2 { linear(6, 6).named("fc\(index)") }
      if hasActivation { ReLU() } else { Tanh() }
      if !hasActivation { Sigmoid() }
      ReLU()
      linear(6, 4)
      [Dropout(), Softmax()] as [any NetworkComponent]
    }
    #expect(
      network.nodes.map(\.name) == [
        "flatten1", "fc1", "fc2", "relu1", "relu2", "linear3", "dropout1", "softmax1",
      ])
    #expect(network.nodes[0].sources == [.input] && network.nodes[4].sources == [.node(3)])
    #expect(network.nodes.map(\.outputShape) == [[6], [6], [6], [6], [6], [4], [4], [4]])
    #expect(network.outputShape == [4] && network.inputShape == [2, 3])
    #expect(network.parameterCount == 42 + 42 + 28)
    #expect(
      network.parameters.map(\.path.description) == [
        "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "linear3.weight", "linear3.bias",
      ])
    #expect(network[ParameterPath(node: "fc2", name: "bias")]?.shape == [6])
    #expect(network[ParameterPath(node: "fc2", name: "mask")] == nil)
  }

  @Test func aResidualBlockAddsItsInputToItsOutput() {
    let network = Network(input: [3]) {
      Tanh()
      Residual {
        linear(3, 3)
        ReLU()
      }
    }
    #expect(network.nodes.map(\.name) == ["tanh1", "linear1", "relu1", "add1"])
    #expect(network.nodes[3].sources == [.node(0), .node(2)])
  }

  /// A name is part of tensors' names in files, and "input" stands for the network's input there.
  @Test func namesAreUniquePlainAndNotTaken() async {
    await #expect(processExitsWith: .failure) { build("fc", "fc") }
    await #expect(processExitsWith: .failure) { build("fc", "") }
    await #expect(processExitsWith: .failure) { build("fc", "fc 2") }
    await #expect(processExitsWith: .failure) { build("fc", "Schicht-für-Schicht") }
    await #expect(processExitsWith: .failure) { build("fc", "input") }
    // The default name of the second linear layer.
    await #expect(processExitsWith: .failure) { build("linear2", nil) }
    await #expect(processExitsWith: .success) { build("linear3", nil) }
  }

  @Test func layersThatDoNotFitTrapAndSayWhy() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Network(input: [2, 3]) { Linear(weight: Tensor(zeros: [4, 6])).named("fc1") }
    }
    // The optimiser drops the texts of traps.
    #if DEBUG
      let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      #expect(
        text.contains(
          "layer fc1 (linear): expected input of shape [6], found [2, 3] (put a Flatten before it)"))
    #endif
    await #expect(processExitsWith: .failure) {
      _ = Network(input: [3]) { Residual { Linear(weight: Tensor(zeros: [4, 3])) } }
    }
    await #expect(processExitsWith: .failure) { _ = Network(input: [3]) {} }
  }

  @Test func mismatchesNameLayerExpectedAndFound() {
    func text(_ layer: some Layer, _ inputs: [[Int]]) -> String? {
      #expect(throws: ShapeMismatch.self) { try layer.outputShape(for: inputs) }.map { "\($0)" }
    }
    #expect(text(linear(6, 4), [[5]]) == "layer linear: expected input of shape [6], found [5]")
    #expect(text(linear(6, 4), [[6], [6]]) == "layer linear: expected 1 input, found 2 inputs")
    #expect(text(ReLU(), []) == "layer relu: expected 1 input, found 0 inputs")
    #expect(text(Add(), [[2], [3]]) == "layer add: expected 2 inputs of one shape, found [[2], [3]]")
    #expect(text(Add(), [[2]]) == "layer add: expected 2 inputs of one shape, found [[2]]")
  }

  @Test func layersRefuseWhatTheyCannotBe() async {
    await #expect(processExitsWith: .failure) { _ = Dropout(probability: 1) }
    await #expect(processExitsWith: .failure) { _ = LeakyReLU(slope: -0.1) }
    await #expect(processExitsWith: .failure) { _ = LeakyReLU(slope: .nan) }
    await #expect(processExitsWith: .failure) { _ = Linear(weight: Tensor(zeros: [6])) }
    await #expect(processExitsWith: .failure) {
      _ = Linear(weight: Tensor(zeros: [2, 3]), bias: Tensor(zeros: [3]))
    }
  }
}

private func build(_ first: String, _ second: String?) {
  var network = Network(input: [2]) { Linear(weight: Tensor(zeros: [2, 2])).named(first) }
  network.append(Linear(weight: Tensor(zeros: [2, 2])), name: second, after: [.node(0)])
}
