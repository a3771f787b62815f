import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// Folded networks against the networks they come from.
@Suite struct FoldingTests {
  /// Normalisations with statistics, scales and shifts that are anything, some scales negative.
  private func norm(_ channels: Int, _ generator: inout Xoshiro256) -> BatchNorm {
    BatchNorm(
      scale: Tensor(uniform: -1..<1, shape: [channels], using: &generator),
      shift: Tensor(uniform: -1..<1, shape: [channels], using: &generator),
      runningMean: Tensor(uniform: -1..<1, shape: [channels], using: &generator),
      runningVariance: Tensor(uniform: 0.5..<2, shape: [channels], using: &generator))
  }

  private func network(_ generator: inout Xoshiro256) -> Network {
    Network(input: [2, 6, 5]) {
      Conv2d(inputs: 2, outputs: 4, kernel: 3, padding: 1, bias: false, using: &generator).named("conv")
      norm(4, &generator).named("norm1")
      ReLU()
      Residual {
        Conv2d(inputs: 4, outputs: 4, kernel: 3, padding: 1, groups: 4, using: &generator).named("depthwise")
        norm(4, &generator).named("norm2")
      } shortcut: {
        norm(4, &generator).named("stays")
      }
      Flatten()
      Linear(inputs: 120, outputs: 7, using: &generator).named("fc")
      norm(7, &generator).named("norm3")
    }
  }

  private func check(_ network: Network, _ folded: Network, seed: UInt64, _ way: ComputeCase) {
    var generator = Xoshiro256(seed: seed)
    let input = Tensor(uniform: -1..<1, shape: [network.inputShape.reduce(9, *)], using: &generator).values
    let expected = way { inferenceOutput(of: network, input: input, batch: 9, on: way.compute) }
    let found = way { inferenceOutput(of: folded, input: input, batch: 9, on: way.compute) }
    // Chains of three products of sums with at most 120 terms of order 1, taken in two orders.
    #expect(
      largestDifference(found, expected.map(Double.init)) < 3 * 2 * 120 * 0x1p-24, "\(way), seed \(seed)")
  }

  @Test(arguments: ComputeCase.all)
  func outputsStayAndTheNormalisationsGo(_ way: ComputeCase) {
    for seed in 0..<5 as Range<UInt64> {
      var generator = Xoshiro256(seed: seed)
      let network = network(&generator)
      let folded = network.foldingBatchNorm()
      check(network, folded, seed: seed, way)
      #expect(folded.nodes.filter { $0.layer is BatchNorm }.map(\.name) == ["stays"])
      #expect(folded.nodes.count == network.nodes.count - 3)
      #expect(folded.foldingBatchNorm().nodes.count == folded.nodes.count)
    }
  }

  @Test(arguments: ComputeCase.all)
  func masksAndPackedFormsStay(_ way: ComputeCase) {
    var generator = Xoshiro256(seed: 11)
    var network = network(&generator)
    network.pruneHalf(using: &generator)
    var packed = network
    packed.visitParameters { path, parameter in
      if path.node == "fc", path.name == "weight" { parameter.pack() }
    }
    for original in [network, packed] {
      let folded = original.foldingBatchNorm()
      check(original, folded, seed: 12, way)
      for (path, parameter) in original.parameters where parameter.role == .weight {
        let now = folded[path]!
        #expect(now.mask == parameter.mask && now.isPacked == parameter.isPacked, "\(path)")
        let values = now.values
        for index in 0..<now.count where !now.mask![index] { #expect(values[flat: index].bitPattern == 0) }
      }
    }
  }

  /// A layer whose output somebody else reads too keeps its normalisation, and so does one behind an activation.
  @Test func whatOthersReadIsNotFolded() {
    var generator = Xoshiro256(seed: 4)
    var network = Network(input: [3]) {
      Linear(inputs: 3, outputs: 3, using: &generator).named("fc")
      norm(3, &generator).named("norm")
    }
    network.append(Add(), after: [.node(0), .node(1)])
    network.append(ReLU(), after: [.node(2)])
    network.append(norm(3, &generator), name: "late", after: [.node(3)])
    #expect(network.foldingBatchNorm().nodes.map(\.name) == network.nodes.map(\.name))
  }

  /// A node that nobody reads stands between the layer and the normalisation that is the output.
  @Test func theOutputStaysTheLastNode() {
    var generator = Xoshiro256(seed: 4)
    var network = Network(input: [3]) {
      Linear(inputs: 3, outputs: 2, using: &generator).named("fc")
    }
    network.append(Tanh(), after: [.input])
    network.append(norm(2, &generator), after: [.node(0)])
    let folded = network.foldingBatchNorm()
    let input = Tensor([1, 2, 3], shape: [1, 3])
    #expect(folded.outputShape == [2] && folded.predict(input) == network.predict(input))
  }
}
