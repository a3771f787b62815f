import EspalierTensors
import EspalierTestSupport
import Testing

/// A matrix whose mask has a structure, bias and activations, and their product in `Double`.
struct StructuredCase: CustomStringConvertible {
  /// What survives, at random.
  enum Structure: CustomStringConvertible {
    /// Each block of the grid with the given probability; at 0 and 1 the masks are all zeros and all ones.
    case blocks(BlockShape, density: Double)
    /// At most so many of each sixteen aligned columns, and fewer in a tenth of the cases.
    case window(slots: Int)

    var description: String {
      switch self {
      case .blocks(let shape, let density): "blocks \(shape) of density \(density)"
      case .window(let slots): "\(slots):16"
      }
    }
  }

  let rows: Int
  let columns: Int
  let batch: Int
  let structure: Structure
  let seed: UInt64
  let matrix: CompressedRows
  let bias: [Float]
  let x: [Float]

  /// Every fifth row of blocks, and every seventh row of windows, is empty where `emptyRows`.
  init(
    rows: Int, columns: Int, batch: Int = 1, _ structure: Structure, emptyRows: Bool = true, seed: UInt64
  ) {
    (self.rows, self.columns, self.batch, self.structure, self.seed) = (rows, columns, batch, structure, seed)
    var random = Xoshiro256(seed: seed)
    var lists: [[Int32]] = []
    for row in 0..<rows {
      switch structure {
      case .blocks(let shape, _) where row % shape.rows > 0: lists.append(lists[row - 1])
      case .blocks(let shape, let density):
        let isEmpty = emptyRows && row / shape.rows % 5 == 3
        lists.append(
          stride(from: 0, to: columns, by: shape.columns).filter { _ in
            Double.random(in: 0..<1, using: &random) < density && !isEmpty
          }.flatMap { Int32($0)..<Int32(min($0 + shape.columns, columns)) })
      case .window(let slots):
        let isEmpty = emptyRows && row % 7 == 3
        lists.append(
          stride(from: 0, to: columns, by: 16).flatMap { first in
            let isShort = isEmpty || Int.random(in: 0..<10, using: &random) == 0
            let count = isEmpty ? 0 : isShort ? Int.random(in: 0...slots, using: &random) : slots
            return (first..<min(first + 16, columns)).shuffled(using: &random).prefix(count).sorted()
              .map(Int32.init)
          })
      }
    }
    func draw(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &random) } }
    let starts = lists.reduce(into: [0]) { $0.append($0.last! + $1.count) }
    matrix = CompressedRows(
      rows: rows, columns: columns, rowStarts: starts, columnIndices: lists.flatMap { $0 },
      values: draw(starts.last!))
    bias = draw(rows)
    x = draw(columns * batch)
  }

  var description: String { "\(rows) × \(columns), \(structure), batch \(batch), seed \(seed)" }

  /// Y = f(W · X + bias) by `multiply`, on guarded memory.
  func product(
    _ multiply: (_ x: MatrixView, _ bias: UnsafePointer<Float>, _ y: MatrixView) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> [Float] {
    let (guardedX, guardedBias) = (GuardedBuffer(x), GuardedBuffer(bias))
    let y = GuardedBuffer([Float](repeating: .nan, count: rows * batch))
    multiply(
      MatrixView(base: guardedX.pointer, rows: columns, columns: batch), guardedBias.pointer,
      MatrixView(base: y.pointer, rows: rows, columns: batch))
    #expect(y.isUntouchedBefore, "\(self)", sourceLocation: sourceLocation)
    return y.values
  }

  /// Expects y = W · x + bias within the error of the sums.
  ///
  /// A sum of n products and a bias in any order, padded with zeros, is off by at most γ(n + 2) · Σ |terms| (N. Higham,
  /// *Accuracy and Stability of Numerical Algorithms*, 2002, section 3.1).
  func expect(
    _ y: [Float], biased: Bool = true, _ how: @autoclosure () -> String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for row in 0..<rows {
      let survivors = matrix.rowStarts[row]..<matrix.rowStarts[row + 1]
      let unit = Double(survivors.count + 2) * 0x1p-24
      for sample in 0..<batch {
        let terms =
          survivors.map {
            Double(matrix.values[$0]) * Double(x[Int(matrix.columnIndices[$0]) * batch + sample])
          } + (biased ? [Double(bias[row])] : [])
        let (sum, size) = terms.reduce(into: (0.0, 0.0)) {
          $0.0 += $1
          $0.1 += $1.magnitude
        }
        let found = y[row * batch + sample]
        guard (Double(found) - sum).magnitude <= unit / (1 - unit) * size else {
          Issue.record(
            "\(self), \(how()): \(found) at (\(row), \(sample)), expected \(sum)",
            sourceLocation: sourceLocation)
          return
        }
      }
    }
  }
}

/// The instruction sets of this processor; the backend makes no difference here, and threads have a test of their own.
let sets = InstructionSet.available

/// Some threads of an instruction set.
func on(_ set: InstructionSet, threads: Int = 1) -> Compute {
  Compute(backend: .current, instructionSet: set, threads: threads)
}

/// Every activation with a kernel of its own.
let activations: [Activation] = [.relu, .leakyReLU(slope: 0.1), .sigmoid, .tanh, .gelu]
