import EspalierInference
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct StructuredPlanTests {
  /// Masks with a structure, by what they keep.
  enum Structure: CaseIterable {
    case blocks, twoOfFour, oneOfFour

    func keeps(_ row: Int, _ column: Int) -> Bool {
      switch self {
      case .blocks: (row / 8 * 3 + column / 4 * 5 + row / 8 * (column / 4)) % 4 == 0
      case .twoOfFour: (column % 4 + column / 4 * row) % 4 < 2
      case .oneOfFour: column % 4 == (row + column / 4) % 4
      }
    }
  }

  private func network(_ structure: Structure, packed: Bool) -> Network {
    var generator = Xoshiro256(seed: 1)
    var network = Network.perceptron(sizes: [192, 96, 64], using: &generator)
    network.visitParameters { _, parameter in
      guard parameter.role == .weight else { return }
      let (rows, columns) = (parameter.shape[0], parameter.shape[1])
      let kept = (0..<rows * columns).map { structure.keeps($0 / columns, $0 % columns) }
      parameter.prune(keeping: Mask(kept, shape: parameter.shape))
    }
    if packed { network.pack(upTo: 1) }
    return network
  }

  @Test(arguments: ComputeCase.all, Structure.allCases)
  func predictsAsTheNetworkDoes(way: ComputeCase, structure: Structure) {
    way {
      for packed in [false, true] {
        let network = network(structure, packed: packed)
        for batch in [1, 2, 7, 17, 40] {
          var generator = Xoshiro256(seed: 2)
          let samples = Tensor(uniform: -1..<1, shape: [batch, 192], using: &generator)
          let expected = network.predict(samples)
          for selection in [OperatorSelection.fixed, .calibrated()] {
            let found = InferencePlan(network, batchSize: batch, selection: selection).predict(samples)
            // Sums of at most 192 terms through two layers, of values around 1.
            for (a, b) in zip(found.values, expected.values) {
              #expect(abs(a - b) <= 1000 * 0x1p-24 * max(1, abs(b)), "\(structure), batch \(batch)")
            }
          }
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available, [false, true])
  func theFixedRuleTakesTheStructure(set: InstructionSet, packed: Bool) {
    InstructionSet.$current.withValue(set) {
      for batch in set == .portable ? [1, 16] : [1, 2, 16, 64] {
        let blocks = InferencePlan(network(.blocks, packed: packed), batchSize: batch)
        #expect(blocks.layers.map(\.kind) == [.blocks, .blocks], "\(set), batch \(batch)")
        // The rule takes two samples one after the other, so the weights are read twice.
        let readings = batch == 2 ? 2 : 1
        #expect(
          blocks.layers[0].byteCount < 5 * readings * blocks.layers[0].survivors, "\(set), batch \(batch)")
      }
      for structure in [Structure.twoOfFour, .oneOfFour] {
        let plan = InferencePlan(network(structure, packed: packed), batchSize: 1)
        let kind = set == .portable ? OperatorKind.vector : .nOfM
        #expect(plan.layers.map(\.kind) == [kind, kind], "\(set), \(structure)")
        let large = InferencePlan(network(structure, packed: packed), batchSize: 64)
        #expect(large.layers.map(\.kind) == [.packed, .packed], "\(set), \(structure)")
      }
    }
  }
}
