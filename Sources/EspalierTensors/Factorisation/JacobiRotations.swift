/// One-sided Jacobi rotations: the columns of a tall matrix are turned in pairs until all are orthogonal; then their lengths
/// are the singular values.
///
/// Source: M. R. Hestenes, "Inversion of matrices by biorthogonalization and related results" (J. SIAM 6, 1958).
struct JacobiRotations {
  private let rows: Int
  private let columns: Int
  /// Whether the matrix was wide, and so its transpose is decomposed.
  private let isTransposed: Bool
  /// The columns of the tall matrix, one after another.
  private var work: [[Double]]
  /// The columns of V, which is turned along.
  private var turns: [[Double]]

  private static let mostSweeps = 60
  /// Pairs whose cosine is below this count as orthogonal: single precision is what comes out.
  private static let tolerance = 1e-12

  init(_ a: UnsafePointer<Float>, rows: Int, columns: Int) {
    isTransposed = rows < columns
    (self.rows, self.columns) = (max(rows, columns), min(rows, columns))
    work = (0..<min(rows, columns)).map { column in
      (0..<max(rows, columns)).map { row in
        Double(rows < columns ? a[column * columns + row] : a[row * columns + column])
      }
    }
    turns = (0..<min(rows, columns)).map { column in
      var unit = [Double](repeating: 0, count: min(rows, columns))
      unit[column] = 1
      return unit
    }
  }

  /// Writes [m, r], r and [r, n] values; false where the columns are not orthogonal after many sweeps.
  consuming func decompose(
    left: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>
  ) -> Bool {
    var sweeps = 0
    while sweep() {
      sweeps += 1
      if sweeps == Self.mostSweeps { return false }
    }
    let lengths = work.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let order = lengths.indices.sorted { lengths[$0] > lengths[$1] }
    completeBasis(lengths, order)
    for (position, column) in order.enumerated() {
      values[position] = Float(lengths[column])
      write(isTransposed ? turns[column] : work[column], toColumn: position, of: left)
      write(isTransposed ? work[column] : turns[column], toRow: position, of: right)
    }
    return true
  }

  /// Turns every pair of columns once; returns whether any was not orthogonal.
  private mutating func sweep() -> Bool {
    var isTurned = false
    for p in 0..<columns {
      for q in p + 1..<columns {
        var (alpha, beta, gamma) = (0.0, 0.0, 0.0)
        for row in 0..<rows {
          alpha += work[p][row] * work[p][row]
          beta += work[q][row] * work[q][row]
          gamma += work[p][row] * work[q][row]
        }
        guard abs(gamma) > Self.tolerance * (alpha * beta).squareRoot(), gamma != 0 else { continue }
        isTurned = true
        let zeta = (beta - alpha) / (2 * gamma)
        let tangent = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
        let cosine = 1 / (1 + tangent * tangent).squareRoot()
        Self.turn(&work, p, q, cosine, cosine * tangent)
        Self.turn(&turns, p, q, cosine, cosine * tangent)
      }
    }
    return isTurned
  }

  private static func turn(_ vectors: inout [[Double]], _ p: Int, _ q: Int, _ cosine: Double, _ sine: Double)
  {
    for row in vectors[p].indices {
      let (x, y) = (vectors[p][row], vectors[q][row])
      vectors[p][row] = cosine * x - sine * y
      vectors[q][row] = sine * x + cosine * y
    }
  }

  /// Makes unit vectors of the columns; where a singular value is 0, one that is orthogonal to all others.
  private mutating func completeBasis(_ lengths: [Double], _ order: [Int]) {
    let least = (order.first.map { lengths[$0] } ?? 0) * 1e-14
    for (position, column) in order.enumerated() {
      if lengths[column] > least, lengths[column] > 0 {
        for row in 0..<rows { work[column][row] /= lengths[column] }
      } else {
        work[column] = unitVector(orthogonalTo: order[..<position].map { work[$0] })
      }
    }
  }

  /// The unit vector of an axis with the others' parts taken out, by Gram and Schmidt, twice; of the axes, one that they
  /// leave something of: at most `others.count` of them lie in their span.
  private func unitVector(orthogonalTo others: [[Double]]) -> [Double] {
    var best: [Double] = []
    var bestLength = 0.0
    for axis in 0...others.count where axis < rows {
      var vector = [Double](repeating: 0, count: rows)
      vector[axis] = 1
      for other in others + others {
        let part = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
        for row in 0..<rows { vector[row] -= part * other[row] }
      }
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > bestLength { (best, bestLength) = (vector.map { $0 / length }, length) }
    }
    return best
  }

  private func write(_ vector: [Double], toColumn column: Int, of matrix: UnsafeMutablePointer<Float>) {
    for (row, value) in vector.enumerated() { matrix[row * columns + column] = Float(value) }
  }

  private func write(_ vector: [Double], toRow row: Int, of matrix: UnsafeMutablePointer<Float>) {
    for (column, value) in vector.enumerated() { matrix[row * vector.count + column] = Float(value) }
  }
}
