public import EspalierTensors

/// The second moments of a layer's inputs, as samples stream by: Σ x xᵀ, Σ x and how many there were.
///
/// Batches are multiplied in single precision (`ssyrk`) and added up in double: an element is off by γ(k) · Σ |x x'| for
/// batches of k samples, however many batches there are. Takes 12 bytes a pair of inputs.
public struct SecondMoments: Sendable {
  /// The number of inputs n.
  public let features: Int
  /// The samples so far.
  public private(set) var count = 0
  /// The lower triangle of Σ x xᵀ, row after row of n.
  private var products: [Double]
  private var sums: [Double]
  private var batch: Tensor

  /// No samples yet of so many inputs.
  public init(features: Int) {
    self.features = features
    products = [Double](repeating: 0, count: features * features)
    sums = [Double](repeating: 0, count: features)
    batch = Tensor(zeros: [features, features])
  }

  /// Adds a batch, a column a sample; traps unless it has a row for each input. Costs n² operations a sample.
  public mutating func add(_ samples: MatrixView, on compute: Compute = .current) {
    precondition(samples.rows == features, "\(samples.rows) rows of samples for \(features) inputs")
    count += samples.columns
    for row in 0..<features { sums[row] += samples.sum(ofRow: row) }
    batch.withUnsafeMutableValues { values in
      guard let base = values.baseAddress else { return }
      compute.multiplyByOwnTranspose(samples, into: MatrixView(base: base, rows: features, columns: features))
      products.withUnsafeMutableBufferPointer { products in
        for row in 0..<features {
          for index in row * features...row * features + row { products[index] += Double(values[index]) }
        }
      }
    }
  }

  /// The mean of x xᵀ, symmetric, [n, n]; with a last row and column for an input that is always 1, if asked for, as the one
  /// that a bias is multiplied by. Zeros without samples.
  public func mean(withOnes: Bool = false) -> Tensor {
    let size = features + (withOnes ? 1 : 0)
    let share = 1 / Double(max(count, 1))
    return Tensor(shape: [size, size]) { values in
      for row in 0..<size {
        for column in 0..<size {
          values.initializeElement(
            at: row * size + column, to: Float(share * sum(max(row, column), min(row, column))))
        }
      }
    }
  }

  /// √Σ x² of each input.
  public var norms: [Float] { (0..<features).map { Float(products[$0 * features + $0].squareRoot()) } }

  /// The element of Σ [x; 1] [x; 1]ᵀ in a row and a column that is not beyond it.
  private func sum(_ row: Int, _ column: Int) -> Double {
    if row < features { return products[row * features + column] }
    return column < features ? sums[column] : Double(count)
  }
}
