/// A dense weight matrix, laid out for products with one vector or a few.
///
/// Sixteen rows share a vector register, a lane each, so that a product needs no sums across lanes. Measured against OpenBLAS
/// on one core with AVX-512, up to twelve columns: about as fast for matrices that stay in the second-level cache, two to
/// five times as fast from 1000 × 1000 on; a BLAS is faster from some sixteen columns on.
///
/// Immutable; may be used from many threads at once.
public final class SmallDenseLayout: Sendable {
  /// The number of outputs.
  public let rows: Int
  /// The number of inputs.
  public let columns: Int
  /// Panels of sixteen rows: the weights of an input for all of them, input after input; the last is padded with zeros.
  let panels: AlignedStorage<Float>

  static let panelRows = 16

  /// Lays out a matrix; traps unless it has two dimensions. Costs O(rows · columns).
  public init(_ dense: Tensor) {
    let shape = dense.shape
    precondition(shape.count == 2, "a matrix has two dimensions, not the shape \(shape)")
    (rows, columns) = (shape[0], shape[1])
    let padded = (rows + Self.panelRows - 1) / Self.panelRows * Self.panelRows
    panels = AlignedStorage(uninitializedCount: padded * columns)
    panels.values.update(repeating: 0)
    dense.withUnsafeValues { weights in
      for row in 0..<rows {
        let (panel, lane) = row.quotientAndRemainder(dividingBy: Self.panelRows)
        for column in 0..<columns {
          panels.values[(panel * columns + column) * Self.panelRows + lane] = weights[row * columns + column]
        }
      }
    }
  }

  /// The bytes that a product reads beside the activations.
  public var byteCount: Int { panels.byteCount }
}
