import EspalierOneShot
import EspalierTensors

/// A tiny problem in double precision, with brute force for oracles.
struct SmallProblem {
  let rows: Int
  let width: Int
  let columns: Int
  /// [rows, width]
  let weights: [[Double]]
  /// [width, width], damping included.
  let moments: [[Double]]
  let problem: ReconstructionProblem

  /// Random weights, and the moments of a few more samples than inputs; a last column for a bias if asked for.
  init(rows: Int, columns: Int, bias: Bool = false, damping: Double = 0.01, seed: UInt64) {
    var generator = Xoshiro256(seed: seed)
    width = columns + (bias ? 1 : 0)
    self.rows = rows
    self.columns = columns
    let w = Tensor(uniform: -1..<1, shape: [rows, width], using: &generator)
    var x = Tensor(uniform: -1..<1, shape: [columns, 3 * columns], using: &generator)
    var stream = SecondMoments(features: columns)
    x.withUnsafeMutableValues {
      stream.add(MatrixView(base: $0.baseAddress!, rows: columns, columns: 3 * columns))
    }
    let h = stream.mean(withOnes: bias)
    problem = ReconstructionProblem(weights: w, moments: h, columns: columns, damping: damping)
    let mean = (0..<columns).reduce(0.0) { $0 + Double(h[$1, $1]) } / Double(columns)
    let width = width
    weights = (0..<rows).map { row in (0..<width).map { Double(w[row, $0]) } }
    moments = (0..<width).map { i in
      (0..<width).map { j in Double(h[i, j]) + (i == j ? Double(Float(damping * mean)) : 0) }
    }
  }

  /// The weights of the columns in `kept` that minimise (w − ŵ) · H · (w − ŵ)ᵀ, and that minimum.
  func leastSquares(row: Int, kept: [Int]) -> (weights: [Double], loss: Double) {
    let w = weights[row]
    let part = kept.map { i in kept.map { moments[i][$0] } }
    let right = kept.map { i in (0..<width).reduce(0) { $0 + moments[i][$1] * w[$1] } }
    let found = solve(part, right)
    var solution = [Double](repeating: 0, count: width)
    for (column, value) in zip(kept, found) { solution[column] = value }
    return (solution, loss(row, solution))
  }

  /// (w − ŵ) · H · (w − ŵ)ᵀ
  func loss(_ row: Int, _ solution: [Double]) -> Double {
    let d = zip(weights[row], solution).map { $0 - $1 }
    return (0..<width).reduce(0) { sum, i in
      sum + d[i] * (0..<width).reduce(0) { $0 + moments[i][$1] * d[$1] }
    }
  }
}

/// The solution of A · x = b by elimination with pivots.
func solve(_ a: [[Double]], _ b: [Double]) -> [Double] {
  var a = a
  var b = b
  for pivot in a.indices {
    let best = (pivot..<a.count).max { abs(a[$0][pivot]) < abs(a[$1][pivot]) }!
    a.swapAt(pivot, best)
    b.swapAt(pivot, best)
    for row in a.indices where row != pivot {
      let factor = a[row][pivot] / a[pivot][pivot]
      for column in pivot..<a.count { a[row][column] -= factor * a[pivot][column] }
      b[row] -= factor * b[pivot]
    }
  }
  return a.indices.map { b[$0] / a[$0][$0] }
}

/// The inverse, column after column.
func inverse(_ a: [[Double]]) -> [[Double]] {
  let columns = a.indices.map { unit in solve(a, a.indices.map { $0 == unit ? 1 : 0 }) }
  return a.indices.map { row in columns.map { $0[row] } }
}
