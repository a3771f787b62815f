internal import EspalierTensors

/// Optimal brain surgeon on one row: weight after weight goes, the cheapest first, and the others make up for it.
///
/// Removing weight p costs w[p]² / G[p, p], G being the inverse of H over the weights that are left; then
/// w −= w[p] / G[p, p] · G[:, p] and G −= G[:, p] · G[:, p]ᵀ / G[p, p]. The changes of G are kept as vectors and applied
/// `delay` at a time in one product, without the rows and columns that are gone: Σ m² operations for m weights left, nearly all
/// of them at a product's speed.
struct RowElimination {
  private static let delay = 32

  private let compute: Compute
  /// The columns that are left, the bias's too, in order.
  private var columns: [Int]
  /// w of the columns that are left.
  private var weights: [Float]
  /// The diagonal of G, up to date.
  private var diagonal: [Float]
  /// Whether a column may go.
  private var mayGo: [Bool]
  /// G as it was when `changes` were last applied, a row of `columns.count` for each.
  private var inverse: [Float]
  /// The vectors G[:, p] / √G[p, p] since, one after another.
  private var changes: [Float] = []
  private var changeCount = 0

  /// A row whose first `prunable` columns may go.
  init(weights: [Float], inverse: [Float], prunable: Int, on compute: Compute) {
    let width = weights.count
    columns = Array(0..<width)
    self.weights = weights
    self.inverse = inverse
    diagonal = (0..<width).map { inverse[$0 * width + $0] }
    mayGo = (0..<width).map { $0 < prunable }
    self.compute = compute
    changes.reserveCapacity(Self.delay * width)
  }

  /// Removes the cheapest weight that may go; returns its column and what that costs, nil where none may.
  mutating func removeCheapest() -> (column: Int, cost: Float)? {
    var (best, bestCost) = (-1, Float.infinity)
    for index in columns.indices where mayGo[index] {
      let cost = weights[index] * weights[index] / diagonal[index]
      if cost < bestCost || best < 0 { (best, bestCost) = (index, cost) }
    }
    guard best >= 0 else { return nil }
    let column = columns[best]
    remove(best)
    return (column, bestCost)
  }

  /// Removes the weight of a column, whatever it costs; it must not have gone before.
  mutating func remove(column: Int) { remove(columns.firstIndex(of: column)!) }

  /// Lets a column stay for good.
  mutating func keep(column: Int) { mayGo[columns.firstIndex(of: column)!] = false }

  private mutating func remove(_ index: Int) {
    let count = columns.count
    var change = [Float](repeating: 0, count: count)
    // G[:, p], from what it was and what changed since.
    change.withUnsafeMutableBufferPointer { change in
      inverse.withUnsafeBufferPointer { inverse in
        for other in 0..<count { change[other] = inverse[index * count + other] }
      }
      changes.withUnsafeBufferPointer { changes in
        for number in 0..<changeCount {
          let vector = changes.baseAddress! + number * count
          let factor = vector[index]
          guard factor != 0 else { continue }
          for other in 0..<count { change[other] -= factor * vector[other] }
        }
      }
    }
    let pivot = max(change[index], .leastNormalMagnitude)
    let step = weights[index] / pivot
    let scale = 1 / pivot.squareRoot()
    for other in 0..<count {
      weights[other] -= step * change[other]
      change[other] *= scale
      diagonal[other] = max(diagonal[other] - change[other] * change[other], .leastNormalMagnitude)
    }
    weights[index] = 0
    mayGo[index] = false
    columns[index] = -1
    changes += change
    changeCount += 1
    if changeCount == Self.delay { applyChanges() }
  }

  /// Brings G up to date, without the columns that are gone.
  private mutating func applyChanges() {
    let count = columns.count
    let left = columns.indices.filter { columns[$0] >= 0 }
    var next = picked(left, from: inverse, rows: left, stride: count)
    let vectors = picked(left, from: changes, rows: Array(0..<changeCount), stride: count)
    if !left.isEmpty {
      vectors.withUnsafeBufferPointer { v in
        next.withUnsafeMutableBufferPointer { g in
          compute.multiply(
            MatrixProduct(
              transposeA: true, m: left.count, n: left.count, k: changeCount, alpha: -1, a: v.baseAddress!,
              aStride: left.count, b: v.baseAddress!, bStride: left.count, beta: 1, c: g.baseAddress!,
              cStride: left.count))
        }
      }
    }
    inverse = next
    weights = left.map { weights[$0] }
    diagonal = left.map { diagonal[$0] }
    mayGo = left.map { mayGo[$0] }
    columns = left.map { columns[$0] }
    changes.removeAll(keepingCapacity: true)
    changeCount = 0
  }

  /// Some rows and columns of a matrix.
  private func picked(_ columns: [Int], from matrix: [Float], rows: [Int], stride: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: rows.count * columns.count) { target, filled in
      columns.withUnsafeBufferPointer { columns in
        matrix.withUnsafeBufferPointer { matrix in
          for row in rows {
            let source = UnsafeBufferPointer(rebasing: matrix[row * stride..<(row + 1) * stride])
            for column in columns {
              target.initializeElement(at: filled, to: source[column])
              filled += 1
            }
          }
        }
      }
    }
  }
}
