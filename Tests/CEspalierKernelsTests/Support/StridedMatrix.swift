/// A feature-major matrix in guarded memory; the gaps between its rows hold a marked NaN.
struct StridedMatrix {
  let rows: Int
  let columns: Int
  let stride: Int
  let buffer: GuardedBuffer<Float>

  private static let mark: UInt32 = 0x7fc5_a5a5

  init(rows: Int, columns: Int, gap: Int, _ value: (_ row: Int, _ column: Int) -> Float) {
    self.rows = rows
    self.columns = columns
    stride = columns + gap
    var values = [Float](
      repeating: Float(bitPattern: Self.mark), count: rows == 0 ? 0 : (rows - 1) * stride + columns)
    for r in 0..<rows { for c in 0..<columns { values[r * stride + c] = value(r, c) } }
    buffer = GuardedBuffer(values)
  }

  init(copying other: StridedMatrix) {
    self.init(rows: other.rows, columns: other.columns, gap: other.stride - other.columns) { other[$0, $1] }
  }

  var pointer: UnsafeMutablePointer<Float> { buffer.pointer }

  subscript(row: Int, column: Int) -> Float { buffer[row * stride + column] }

  func column(_ column: Int) -> [Double] { (0..<rows).map { Double(self[$0, column]) } }

  /// Whether nothing was written between the rows or before the first.
  var gapsAreUntouched: Bool {
    guard buffer.isUntouchedBefore else { return false }
    for r in 0..<max(rows - 1, 0) {
      for c in columns..<stride where buffer[r * stride + c].bitPattern != Self.mark { return false }
    }
    return true
  }

  func hasSameBits(as other: StridedMatrix) -> Bool {
    zip(buffer.values, other.buffer.values).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}
