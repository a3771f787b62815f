import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// The masked linear layer against PyTorch's x · (W ∘ M)ᵀ + b.
///
/// Sums of at most 19 products of numbers below 8 in all: off by less than 20 · 2⁻²⁴ · 8 < 1e−5.
@Suite struct MaskedLinearFixtureTests {
  private struct File: Decodable { let cases: [Case] }

  private struct Case: Decodable {
    let x: FixtureArray
    let weight: FixtureArray
    let bias: FixtureArray?
    let mask: FixtureArray
    let dy: FixtureArray
    let y: FixtureArray
    let dx: FixtureArray
    let dw: FixtureArray
    let db: FixtureArray?

    /// The layer, pruned by the mask.
    var layer: Linear {
      var layer = Linear(weight: weight.tensor, bias: bias?.tensor)
      layer.weight.prune(keeping: Mask(mask.values.map { $0 != 0 }, shape: mask.shape))
      return layer
    }
  }

  static let tolerance = 1e-5

  @Test(arguments: ComputeCase.all)
  func matchesPyTorch(_ way: ComputeCase) throws {
    let file = try Fixture.json(File.self, "pytorch/masked_linear.json")
    #expect(file.cases.count == 6)
    for test in file.cases {
      let pass = way { passThrough(test.layer, isFused: true, test.x, test.dy, on: way.compute) }
      let comment: Comment = "\(test.x.shape) · \(test.weight.shape), bias \(test.bias != nil), \(way)"
      #expect(largestDifference(pass.output, test.y.transposed) < Self.tolerance, comment)
      let dx = pass.gradients[ParameterPath(node: "samples", name: "weight")]!
      #expect(largestDifference(dx.values, test.dx.transposed) < Self.tolerance, comment)
      let dw = pass.gradients[ParameterPath(node: "linear2", name: "weight")]!
      #expect(largestDifference(dw.values, test.dw) < Self.tolerance, comment)
      for (value, kept) in zip(dw.values, test.mask.values) where kept == 0 {
        #expect(value == 0, comment)
      }
      let db = pass.gradients[ParameterPath(node: "linear2", name: "bias")]
      #expect((db == nil) == (test.db == nil), comment)
      if let db, let expected = test.db {
        #expect(largestDifference(db.values, expected) < Self.tolerance, comment)
      }
    }
  }
}
