internal import EspalierTensors

/// Σ x x̂ᵀ of the inputs x that a layer had and x̂ that it has now, as samples stream by, with a last row and column for the
/// input of a bias.
struct CrossMoments {
  private let features: Int
  private var count = 0
  private var products: [Double]
  private var before: [Double]
  private var after: [Double]
  private var batch: Tensor

  init(features: Int) {
    self.features = features
    products = [Double](repeating: 0, count: features * features)
    before = [Double](repeating: 0, count: features)
    after = before
    batch = Tensor(zeros: [features, features])
  }

  /// Adds a batch, a column a sample.
  mutating func add(_ x: MatrixView, _ present: MatrixView, on compute: Compute) {
    count += x.columns
    for row in 0..<features {
      before[row] += x.sum(ofRow: row)
      after[row] += present.sum(ofRow: row)
    }
    batch.withUnsafeMutableValues { values in
      guard let base = values.baseAddress else { return }
      compute.multiply(
        x, byTransposed: present, into: MatrixView(base: base, rows: features, columns: features))
      for index in values.indices { products[index] += Double(values[index]) }
    }
  }

  /// The mean of x x̂ᵀ, [n, n], or with ones as last input of both.
  func mean(withOnes: Bool) -> Tensor {
    let size = features + (withOnes ? 1 : 0)
    let share = 1 / Double(max(count, 1))
    return Tensor(shape: [size, size]) { values in
      for row in 0..<size {
        for column in 0..<size {
          let sum =
            switch (row < features, column < features) {
            case (true, true): products[row * features + column]
            case (true, false): before[row]
            case (false, true): after[column]
            case (false, false): Double(count)
            }
          values.initializeElement(at: row * size + column, to: Float(share * sum))
        }
      }
    }
  }
}

extension MatrixView {
  /// Σ of a row.
  func sum(ofRow row: Int) -> Double {
    values[row * columns..<(row + 1) * columns].reduce(0) { $0 + Double($1) }
  }
}
