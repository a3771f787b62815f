internal import CEspalierKernels

/// A packed weight matrix of wholly surviving r × c blocks, for inference at any batch.
///
/// One position serves the r · c weights of a block, which lie together: column after column, r rows each. With one vector a
/// row is a lane and a broadcast input meets r weights; with more a sample is a lane and every loaded input serves r rows. A
/// survivor costs 4 bytes and 2 / (r · c), or 4 / (r · c) beyond 65,536 columns. Training goes on using the layout of
/// `SparsePattern`, which knows no blocks.
///
/// S. Gray, A. Radford and D. Kingma, "GPU kernels for block-sparse weights" (2017), for the idea. Immutable; may be used
/// from many threads at once.
public final class SparseBlockLayout: @unchecked Sendable {
  /// The number of outputs.
  public let rows: Int
  /// The number of inputs.
  public let columns: Int
  /// The number of weights.
  public let survivors: Int
  /// The size of a block.
  public let shape: BlockShape

  /// The first block of each row of blocks, and the end of the last.
  let starts: AlignedStorage<Int64>
  let isWide: Bool
  private let narrowColumns: AlignedStorage<UInt16>
  private let wideColumns: AlignedStorage<UInt32>
  let values: AlignedStorage<Float>

  /// Packs a matrix in the largest blocks that it consists of; nil where it has none that pay (`BlockShape.largest(of:)`).
  public convenience init?(_ matrix: CompressedRows) {
    guard let shape = BlockShape.largest(of: matrix) else { return nil }
    self.init(matrix, shape: shape)
  }

  /// Packs a matrix in blocks of a given size; traps unless it consists of them and has at least that many columns. Costs
  /// O(survivors).
  public convenience init(_ matrix: CompressedRows, shape: BlockShape) {
    precondition(
      shape.divides(matrix),
      "a \(matrix.rows) × \(matrix.columns) matrix does not consist of blocks of \(shape)")
    var builder = BlockBuilder(matrix, shape: shape)
    builder.build()
    self.init(
      rows: matrix.rows, columns: matrix.columns, survivors: matrix.survivors, shape: shape,
      starts: builder.starts, firstColumns: builder.firstColumns, values: builder.values)
  }

  /// The layout of the given streams, unchecked: see `violatedInvariant`.
  package init(
    rows: Int, columns: Int, survivors: Int, shape: BlockShape, starts: [Int64], firstColumns: [UInt32],
    values: [Float]
  ) {
    (self.rows, self.columns, self.survivors, self.shape) = (rows, columns, survivors, shape)
    isWide = columns > 1 << 16
    self.starts = AlignedStorage(copying: starts)
    narrowColumns = AlignedStorage(copying: isWide ? [] : firstColumns.map { UInt16($0) })
    wideColumns = AlignedStorage(copying: isWide ? firstColumns : [])
    self.values = AlignedStorage(copying: values)
  }

  /// The bytes that a product reads beside the activations.
  public var byteCount: Int {
    starts.byteCount + narrowColumns.byteCount + wideColumns.byteCount + values.byteCount
  }

  /// Rows of blocks.
  var blockRows: Int { starts.values.count - 1 }

  /// The blocks, and those of padding.
  var blocks: Int { isWide ? wideColumns.values.count : narrowColumns.values.count }

  /// The first column of a block.
  func firstColumn(of block: Int) -> Int {
    isWide ? Int(wideColumns.values[block]) : Int(narrowColumns.values[block])
  }

  var kernelLayout: EspalierBlockLayout {
    EspalierBlockLayout(
      rows: rows, columns: columns, block_rows: Int32(shape.rows), block_columns: Int32(shape.columns),
      starts: starts.base,
      first_columns: isWide ? UnsafeRawPointer(wideColumns.base) : UnsafeRawPointer(narrowColumns.base),
      values: values.base, wide: isWide ? 1 : 0)
  }
}
