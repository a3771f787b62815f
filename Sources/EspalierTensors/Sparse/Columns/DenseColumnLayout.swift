/// A dense weight matrix laid out by inputs, for products with one vector that read only the columns of active inputs.
///
/// In a panel of 64 rows the weights of one input follow those of the last, so a skipped input costs nothing and an active
/// one reads whole cache lines.
///
/// Immutable; may be used from many threads at once.
public final class DenseColumnLayout: Sendable {
  /// The number of outputs.
  public let rows: Int
  /// The number of inputs.
  public let columns: Int
  /// Panel after panel, input after input; rows are padded with zeros to whole vectors of sixteen.
  let panels: AlignedStorage<Float>

  private static let panelRows = 64
  private static let vectorRows = 16

  /// Lays out a matrix; traps unless it has two dimensions. Costs O(rows · columns).
  public init(_ dense: Tensor) {
    let shape = dense.shape
    precondition(shape.count == 2, "a matrix has two dimensions, not the shape \(shape)")
    let (rows, columns) = (shape[0], shape[1])
    (self.rows, self.columns) = (rows, columns)
    let padded = (rows + Self.vectorRows - 1) / Self.vectorRows * Self.vectorRows
    let panels = AlignedStorage<Float>(uninitializedCount: padded * columns)
    panels.values.update(repeating: 0)
    dense.withUnsafeValues { weights in
      for first in stride(from: 0, to: rows, by: Self.panelRows) {
        let width = min(Self.panelRows, padded - first)
        for row in first..<min(first + Self.panelRows, rows) {
          for column in 0..<columns {
            panels.values[first * columns + column * width + row - first] = weights[row * columns + column]
          }
        }
      }
    }
    self.panels = panels
  }

  /// The bytes that a product with all inputs reads.
  public var byteCount: Int { panels.byteCount }

  var panelCount: Int { (rows + Self.panelRows - 1) / Self.panelRows }
}
