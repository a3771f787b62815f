import EspalierNetworks
import EspalierOneShot
import EspalierTensors
import EspalierTestSupport
import Testing

/// Wanda's masks against NumPy's (Tests/Fixtures/make_wanda_fixtures.py).
@Suite struct WandaFixtureTests {
  private struct Masks: Decodable {
    struct Case: Decodable {
      let weights: FixtureArray
      let inputs: FixtureArray
      /// How many of a row, or of a group, stay.
      let kept: Int
      /// 0 for whole rows.
      let group: Int
      let mask: [Int]
    }
    let cases: [Case]
  }

  @Test(
    "Rows and groups keep what NumPy keeps, and nothing changes but by the mask", arguments: waysOfPruning)
  func masks(_ way: ComputeCase) throws {
    for expected in try Fixture.json(Masks.self, "numpy/wanda.json").cases {
      let (rows, columns) = (expected.weights.shape[0], expected.weights.shape[1])
      var network = Network(input: [columns]) {
        Linear(weight: expected.weights.tensor, bias: Tensor(zeros: [rows])).named("fc")
      }
      let amounts: OneShotAmounts =
        expected.group > 0
        ? .nOfM(kept: expected.kept, of: expected.group)
        : .uniform(1 - Double(expected.kept) / Double(columns))
      try way {
        _ = try OneShotPruning(method: WandaMethod(), amounts: amounts)
          .prune(&network, calibration: expected.inputs.tensor)
      }
      let weight = network[ParameterPath(node: "fc", name: "weight")]!
      for (index, bit) in expected.mask.enumerated() {
        #expect(weight.mask![index] == (bit == 1), "\(rows) × \(columns), \(index)")
        #expect(weight.values[flat: index] == (bit == 1 ? expected.weights.values[index] : 0))
      }
    }
  }
}
