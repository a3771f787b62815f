import EspalierData
import EspalierFormats
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

/// What goes, in networks where that is known.
@Suite struct CompactionTests {
  /// Input 2 is read by nobody; neuron 0 reads nothing, neuron 1 is read by nobody, neuron 3 reads and is read.
  private func perceptron(_ activation: some Layer) -> Network {
    let first: [Float] = [0, 0, 0, 1, 2, 0, 0, 0, 0, -1, 3, 0]
    let second: [Float] = [2, 0, 0.5, 1, -1, 0, 0, 4]
    return Network(input: [3]) {
      Linear(weight: Tensor(first, shape: [4, 3]), bias: Tensor([0.5, 1, 0, 0.25], shape: [4])).named("fc1")
      activation
      Linear(weight: Tensor(second, shape: [2, 4]), bias: Tensor([10, 20], shape: [2])).named("fc2")
    }
  }

  @Test func constantsGoIntoBiasesAndWhatNobodyReadsGoes() {
    let compaction = Compaction(of: perceptron(ReLU()))
    let small = compaction.network
    #expect(small.nodes.map(\.name) == ["select1", "fc1", "relu1", "fc2"])
    #expect(small.parameters.map(\.parameter.values.values) == [[-1, 3], [0.25], [1, 4], [11, 19.5]])
    #expect((small.nodes[0].layer as? Select)?.indices == [0, 1])
    // Neuron 2 has a bias of 0: a constant that is read, and is 0 behind the rectifier.
    let fc1 = compaction.layers[1]
    #expect(fc1.name == "fc1" && fc1.constantChannels == 2 && fc1.unreadChannels == 1)
    #expect(fc1.inputs.description == "3 → 2" && fc1.outputs.description == "4 → 1")
    #expect(fc1.parameters.description == "16 → 3")
    #expect(
      compaction.layers[0].name == "select1" && compaction.layers[0].outputs.description == "0 → 2")
  }

  @Test func constantsAreWhatTheFunctionMakesOfThem() {
    let small = perceptron(Sigmoid()).compacted()
    // 2 · σ(0.5) + 0.5 · σ(0) and −σ(0.5).
    let expected = [10 + 2 * 0.6224593312018546 + 0.25, 20 - 0.6224593312018546]
    #expect(largestDifference(small.parameters[3].parameter.values.values, expected) < 4 * 0x1p-24)
    #expect(small.parameterCount == 3 + 4)
  }

  /// At the border of an image a constant channel meets the padding: it stays unless it is 0.
  @Test(arguments: [0, 1])
  func behindPaddingOnlyZeroGoes(padding: Int) {
    var generator = Xoshiro256(seed: 3)
    var first = Conv2d(inputs: 1, outputs: 3, kernel: 1, using: &generator)
    first.weight.prune(keeping: Mask([false, false, true], shape: [3, 1, 1, 1]))
    first.bias!.values = Tensor([0.5, -1, 0.25], shape: [3])
    let network = Network(input: [1, 4, 4]) {
      first.named("conv1")
      ReLU()
      Conv2d(inputs: 3, outputs: 2, kernel: 3, padding: Extent(padding), using: &generator).named("conv2")
    }
    let small = network.compacted()
    #expect(small.nodes[0].outputShape[0] == (padding == 0 ? 1 : 2))
    #expect(largestDifference(small.outputs, network.outputs.map(Double.init)) < 1e-6)
  }

  @Test func aNetworkWithADeadLayerStaysOneOfEqualOutputs() {
    var generator = Xoshiro256(seed: 4)
    var network = Network.perceptron(sizes: [20, 30, 10, 4], using: &generator)
    let path = ParameterPath(node: "fc2", name: "weight")
    network.visitParameters { if $0 == path { $1.prune(keeping: Mask(ones: [10, 30]).complement) } }
    let small = network.compacted()
    #expect(small.nodes.map(\.outputShape) == [[20], [1], [1], [1], [1], [1], [4]])
    #expect(small.nodes[1].name == "select1" && small.parameterCount == 2 + 2 + 8)
    #expect(largestDifference(small.outputs, network.outputs.map(Double.init)) < 1e-6)
    #expect(small.parameters.reduce(0) { $0 + $1.parameter.survivors } == 1 + 1 + 4)
  }

  /// A ring of channels that read only one another is dead, though each of them is read.
  @Test func channelsThatOnlyReadEachOtherGo() {
    var network = Network(input: [2]) { Linear(weight: Tensor([1, 1, 1, 1], shape: [2, 2])).named("first") }
    network.append(Linear(weight: Tensor([0, 1], shape: [1, 2])), name: "down", after: [.node(0)])
    network.append(ReLU(), name: "relu", after: [.node(1)])
    network.append(Linear(weight: Tensor([0, 1], shape: [2, 1])), name: "up", after: [.node(2)])
    network.append(Add(), name: "sum", after: [.node(0), .node(3)])
    network.append(Linear(weight: Tensor([1, 0], shape: [1, 2])), name: "last", after: [.node(4)])
    let compaction = Compaction(of: network)
    #expect(compaction.network.nodes.map(\.outputShape) == [[1], [1], [1], [1], [1], [1]])
    #expect(compaction.layers[0].unreadChannels == 1)
    #expect(compaction.network.outputs == network.outputs)
  }

  @Test func layersThatNobodyReadsGo() {
    var generator = Xoshiro256(seed: 6)
    var network = Network(input: [3]) { Linear(inputs: 3, outputs: 4, using: &generator).named("first") }
    network.append(Linear(inputs: 4, outputs: 9, using: &generator), name: "nobody", after: [.node(0)])
    network.append(Linear(inputs: 4, outputs: 2, using: &generator), name: "last", after: [.node(0)])
    let compaction = Compaction(of: network)
    #expect(compaction.network.nodes.map(\.name) == ["first", "last"])
    #expect(compaction.layers.first { $0.name == "nobody" }?.parameters.description == "45 → 0")
  }

  @Test func masksStayAndPackedLayersStayPacked() {
    var generator = Xoshiro256(seed: 7)
    var network = Network.perceptron(sizes: [60, 50, 40, 5], using: &generator)
    network.prune(sparsity: 0.97, within: .eachParameter)
    let dense = network.compacted()
    #expect(dense.parameterCount < network.parameterCount / 2)
    #expect(dense.parameters.allSatisfy { ($0.parameter.mask != nil) == ($0.parameter.role == .weight) })
    network.pack(upTo: 1)
    let packed = network.compacted()
    #expect(packed.parameters.allSatisfy { $0.parameter.isPacked == ($0.parameter.role == .weight) })
    #expect(packed.parameters.map(\.parameter.survivors) == dense.parameters.map(\.parameter.survivors))
    #expect(largestDifference(packed.outputs, network.outputs.map(Double.init)) < 1e-5)
  }

  @Test func compactedNetworksComeBackFromFiles() throws {
    let folder = TemporaryFolder()
    for seed in 0..<20 as Range<UInt64> {
      let small = RandomNetwork(seed: seed).network.compacted()
      for form in [NetworkForm.asHeld, .dense, .compact()] {
        try NetworkFile(small).write(to: folder.path("net"), form: form)
        let back = try NetworkFile(contentsOf: folder.path("net")).network
        #expect(back.bits == small.bits && back.nodes.map(\.name) == small.nodes.map(\.name), "seed \(seed)")
        #expect(back.compacted().bits == small.bits, "seed \(seed)")
      }
    }
  }

  /// After half the units are gone, and after an unstructured prune is compacted.
  @Test func smallerNetworksTrain() throws {
    let (training, test) = Dataset.builtInDigits(trainingCount: 600, testCount: 200)
    var generator = Xoshiro256(seed: 9)
    var network = Network.perceptron(sizes: [784, 24, 16, 10], input: [28, 28], using: &generator)
    func train(_ network: inout Network) {
      var trainer = Trainer(epochs: 4, optimizer: Adam(), seed: 2)
      trainer.train(&network, on: training)
    }
    train(&network)
    let halves = network.dependencyGraph.groups.map { UnitRemoval(0..<$0.unitCount / 2, of: $0) }
    var half = try network.removing(halves)
    let cut = half.evaluate(on: test)
    train(&half)
    #expect(half.evaluate(on: test).loss < cut.loss && half.evaluate(on: test).accuracy > cut.accuracy)

    network.prune(sparsity: 0.95, within: .eachParameter)
    var small = network.compacted()
    #expect(small.evaluate(on: test).accuracy == network.evaluate(on: test).accuracy)
    let before = small.evaluate(on: test).loss
    train(&small)
    #expect(small.evaluate(on: test).loss < before)
    #expect(small.parameters.map(\.parameter.survivors).reduce(0, +) < network.parameterCount / 15)
  }
}

extension Network {
  /// The outputs for seven random samples.
  fileprivate var outputs: [Float] {
    var generator = Xoshiro256(seed: 11)
    return predict(Tensor(uniform: -1..<1, shape: [7] + inputShape, using: &generator)).values
  }
}

/// Sparse layers read what they need without a selection.
@Suite struct SelectionFoldingTests {
  @Test func sparseLayersTakeASelectionIn() {
    var generator = Xoshiro256(seed: 12)
    var network = Network.perceptron(sizes: [200, 30, 20, 4], using: &generator)
    network.prune(sparsity: 0.97, within: .eachParameter)
    let small = network.compacted()
    #expect(small.nodes.contains { $0.layer is Select })
    let folded = small.foldingSelections()
    #expect(folded.nodes.map(\.name) == small.nodes.map(\.name).filter { !$0.hasPrefix("select") })
    #expect(folded.parameters[0].parameter.shape[1] == 200)
    #expect(folded.parameters.map(\.parameter.survivors) == small.parameters.map(\.parameter.survivors))
    #expect(largestDifference(folded.outputs, small.outputs.map(Double.init)) < 1e-6)
  }

  @Test func denseLayersKeepIt() {
    var generator = Xoshiro256(seed: 13)
    let network = Network(input: [9]) {
      Select([1, 4, 5])
      Linear(inputs: 3, outputs: 2, using: &generator)
    }
    #expect(network.foldingSelections().nodes.map(\.name) == ["select1", "linear1"])
  }
}
