import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct PenaltyTests {
  struct Case: Decodable {
    let name: String
    let weight: FixtureArray
    let value: Double
    let gradient: FixtureArray

    var penalty: any Penalty {
      switch name {
      case "l1": L1Penalty()
      case "l2": L2Penalty()
      case "elastic_net": ElasticNetPenalty(mix: 0.3)
      case "hoyer": HoyerPenalty()
      case "hoyer_square": HoyerSquarePenalty()
      case "group_lasso_rows": GroupLassoPenalty(.rows)
      case "group_lasso_columns": GroupLassoPenalty(.columns)
      default: preconditionFailure("no penalty \(name)")
      }
    }

    var parameter: Parameter { Parameter(weight.tensor, role: .weight) }
  }

  private struct File: Decodable { let penalties: [Case] }

  static func cases() throws -> [Case] {
    try Fixture.json(File.self, "pytorch/regularizers.json").penalties
  }

  /// Sums are in double precision and rounded once, gradients a few times: a few units of 2⁻²⁴.
  @Test func matchPyTorch() throws {
    let cases = try Self.cases()
    #expect(cases.count == 14)
    for test in cases {
      for (form, parameter) in forms(of: test.parameter) {
        let value = test.penalty.value(of: parameter)
        #expect(abs(value - test.value) < 4 * 0x1p-24 * test.value, "\(test.name), \(form)")
        let gradient = gradient(of: test.penalty, at: parameter)
        #expect(
          largestDifference(gradient.values, test.gradient) < 8 * 0x1p-24, "\(test.name), \(form)")
      }
    }
  }

  /// A difference quotient over 2⁻⁹ is off by a third derivative, at most some hundreds here, times 2⁻²⁰ / 6.
  @Test func gradientsAreDifferenceQuotients() throws {
    for test in try Self.cases() {
      let gradient = gradient(of: test.penalty, at: test.parameter)
      let weights = test.weight.values
      for index in weights.indices where weights[index] != 0 {
        func value(_ step: Float) -> Double {
          var moved = test.weight.tensor
          moved[flat: index] += step
          return test.penalty.value(of: Parameter(moved, role: .weight))
        }
        let quotient = (value(0x1p-10) - value(-0x1p-10)) / 0x1p-9
        #expect(abs(quotient - Double(gradient[flat: index])) < 1e-4, "\(test.name), weight \(index)")
      }
    }
  }

  @Test func nothingIsAddedToGradientsOfZeros() throws {
    for test in try Self.cases() {
      for (form, parameter) in forms(of: Parameter(Tensor(zeros: test.weight.shape), role: .weight)) {
        #expect(test.penalty.value(of: parameter) == 0, "\(test.name), \(form)")
        #expect(
          gradient(of: test.penalty, at: parameter).values.allSatisfy { $0 == 0 }, "\(test.name), \(form)")
      }
    }
  }

  /// The parameter as it is, with its zeros pruned, and packed where it is a matrix.
  private func forms(of parameter: Parameter) -> [(String, Parameter)] {
    var masked = parameter
    masked.prune(keeping: Mask(parameter.values.values.map { $0 != 0 }, shape: parameter.shape))
    guard parameter.shape.count == 2 else { return [("dense", parameter), ("masked", masked)] }
    var packed = masked
    packed.pack()
    return [("dense", parameter), ("masked", masked), ("packed", packed)]
  }

  /// The gradient by all values, twice a half of it added to what was there.
  private func gradient(of penalty: any Penalty, at parameter: Parameter) -> Tensor {
    var stored = Tensor(zeros: [parameter.storedCount])
    stored.withUnsafeMutableValues {
      penalty.addGradient(of: parameter, scale: 0.5, to: $0)
      penalty.addGradient(of: parameter, scale: 0.5, to: $0)
    }
    guard let pattern = parameter.pattern else { return stored.reshaped(to: parameter.shape) }
    let matrix = SparseMatrix(pattern, values: stored)
    #expect(matrix.violatedInvariant == nil)
    return matrix.dense
  }
}
