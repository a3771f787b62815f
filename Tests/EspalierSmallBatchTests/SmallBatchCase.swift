import EspalierTensors
import Testing

/// A random sparse matrix, bias and activations, and their product in `Double`.
struct SmallBatchCase: CustomStringConvertible {
  let rows: Int
  let columns: Int
  let batch: Int
  let seed: UInt64
  let matrix: CompressedRows
  let bias: [Float]
  let x: [Float]

  /// Every weight survives with probability `density`, but none in one row of seven: at 0 and 1 the masks are all zeros and
  /// (without `emptyRows`) all ones.
  init(
    rows: Int, columns: Int, batch: Int = 1, density: Double, emptyRows: Bool = true, seed: UInt64
  ) {
    (self.rows, self.columns, self.batch, self.seed) = (rows, columns, batch, seed)
    var random = Xoshiro256(seed: seed)
    var starts = [0]
    var indices: [Int32] = []
    for row in 0..<rows {
      if !emptyRows || row % 7 != 3 {
        indices += (0..<columns).filter { _ in Double.random(in: 0..<1, using: &random) < density }.map(
          Int32.init)
      }
      starts.append(indices.count)
    }
    func draw(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &random) } }
    matrix = CompressedRows(
      rows: rows, columns: columns, rowStarts: starts, columnIndices: indices, values: draw(indices.count))
    bias = draw(rows)
    x = draw(columns * batch)
  }

  var description: String {
    "\(rows) × \(columns), \(matrix.survivors) survivors, batch \(batch), seed \(seed)"
  }

  /// Expects y = W · x + bias within the error of the sums.
  ///
  /// A sum of n products and a bias in any order, padded with zeros, is off by at most γ(n + 2) · Σ |terms| (N. Higham,
  /// *Accuracy and Stability of Numerical Algorithms*, 2002, section 3.1); `weightError` is the relative error of the
  /// weights, `weightUnderflow` the absolute one.
  func expect(
    _ y: [Float], weightError: Double = 0, weightUnderflow: Double = 0, biased: Bool = true,
    _ how: @autoclosure () -> String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for row in 0..<rows {
      let survivors = matrix.rowStarts[row]..<matrix.rowStarts[row + 1]
      let unit = Double(survivors.count + 2) * 0x1p-24
      for column in 0..<batch {
        var sum = biased ? Double(bias[row]) : 0
        var (magnitude, inputs) = (sum.magnitude, 0.0)
        for position in survivors {
          let input = Double(x[Int(matrix.columnIndices[position]) * batch + column])
          let product = Double(matrix.values[position]) * input
          sum += product
          magnitude += product.magnitude
          inputs += input.magnitude
        }
        let change = weightError * magnitude + weightUnderflow * inputs
        let bound = change + unit / (1 - unit) * (magnitude + change)
        let found = y[row * batch + column]
        guard (Double(found) - sum).magnitude <= bound else {
          Issue.record(
            "\(self), \(how()): \(found) at (\(row), \(column)), expected \(sum) ± \(bound)",
            sourceLocation: sourceLocation)
          return
        }
      }
    }
  }
}

/// The instruction sets of this processor; the backend makes no difference here, and threads have a test of their own.
let sets = InstructionSet.available

/// One thread of an instruction set.
func on(_ set: InstructionSet) -> Compute { Compute(backend: .current, instructionSet: set, threads: 1) }

extension Sequence<Float> {
  /// The patterns of all elements: equal only for equal bits.
  var bits: [UInt32] { map(\.bitPattern) }
}
