import EspalierFormats
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// A network of one linear layer `fc` without a bias.
func network(_ weight: Parameter) -> Network {
  var layer = Linear(weight: Tensor(zeros: [0, 0]))
  layer.weight = weight
  return Network(input: [weight.shape[1]]) { layer.named("fc") }
}

/// The weight of `network(_:)`.
func weight(_ network: Network) -> Parameter { network[ParameterPath(node: "fc", name: "weight")]! }

/// The bits of all values, and which survive.
func bits(_ parameter: Parameter) -> ([UInt32], Mask?) {
  (parameter.values.values.map(\.bitPattern), parameter.mask)
}

/// A pruned matrix: random values with special ones among the survivors, and a random or a given mask.
struct PrunedMatrix: Sendable, CustomStringConvertible {
  let rows: Int
  let columns: Int
  let density: Double
  var description: String { "\(rows) × \(columns) at density \(density)" }

  /// Zeros of both signs, infinities, the extremes, and NaNs of several payloads, quiet and signalling.
  static let specialValues: [UInt32] = [
    0, 0x8000_0000, 1, 0x8000_0001, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffc1_2345, 0x7f80_0001,
    0xffbf_ffff,
  ]

  static let all = [
    PrunedMatrix(rows: 30, columns: 78, density: 0.05), PrunedMatrix(rows: 17, columns: 23, density: 0.5),
    PrunedMatrix(rows: 9, columns: 64, density: 0.9), PrunedMatrix(rows: 5, columns: 7, density: 1),
    PrunedMatrix(rows: 5, columns: 7, density: 0), PrunedMatrix(rows: 1, columns: 200, density: 0.1),
    PrunedMatrix(rows: 200, columns: 1, density: 0.1), PrunedMatrix(rows: 1, columns: 1, density: 1),
    PrunedMatrix(rows: 20, columns: 1000, density: 0.001),
  ]

  func parameter(seed: UInt64, special: Bool = true) -> Parameter {
    var generator = Xoshiro256(seed: seed)
    let count = rows * columns
    let kept = (0..<count).map { _ in Double.random(in: 0..<1, using: &generator) < density }
    let values = (0..<count).map { index in
      special && index % 3 == 0
        ? Float(bitPattern: Self.specialValues.randomElement(using: &generator)!)
        : Float.random(in: -1...1, using: &generator)
    }
    var parameter = Parameter(Tensor(values, shape: [rows, columns]), role: .weight)
    parameter.prune(keeping: Mask(kept, shape: [rows, columns]))
    return parameter
  }
}

/// Runs `body`, which must throw a `FormatError` that names the place on one line.
func expectFormatError(
  at place: String, _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  let error = #expect(throws: FormatError.self, comment, sourceLocation: sourceLocation, performing: body)
  guard let error else { return }
  #expect(error.place == place, "\(comment): \(error)", sourceLocation: sourceLocation)
  #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
}
