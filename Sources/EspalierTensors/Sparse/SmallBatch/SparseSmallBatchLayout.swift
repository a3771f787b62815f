internal import CEspalierKernels

/// A packed weight matrix for products with 2 to 16 vectors at a time.
///
/// Inside a block of columns the rows are sorted by their number of survivors and taken eight at a time, their survivors
/// interleaved: eight independent sums that share the loads of offsets and values. A survivor costs 6 bytes and a little
/// padding (about 1 %), or 8 where the matrix is so sparse that offsets are whole columns.
///
/// Right for any batch, sixteen columns at a time. Immutable; may be used from many threads at once.
public final class SparseSmallBatchLayout: @unchecked Sendable {
  /// The number of outputs.
  public let rows: Int
  /// The number of inputs.
  public let columns: Int
  /// The number of weights.
  public let survivors: Int

  let panels: Int
  private let blocking: SmallBatchBlocking
  private let blocks: Int
  private let firstGroups: AlignedStorage<Int64>
  private let firstSlots: AlignedStorage<Int64>
  private let groups: AlignedStorage<Int32>
  private let narrowOffsets: AlignedStorage<UInt16>
  private let wideOffsets: AlignedStorage<UInt32>
  private let values: AlignedStorage<Float>

  /// Packs a matrix; costs O(survivors).
  public convenience init(_ matrix: CompressedRows) {
    self.init(
      matrix,
      blocking: SmallBatchBlocking(rows: matrix.rows, columns: matrix.columns, survivors: matrix.survivors))
  }

  /// Packs the survivors of a dense matrix.
  public convenience init(_ dense: Tensor, mask: Mask? = nil) {
    self.init(CompressedRows(dense, mask: mask))
  }

  /// Packs a matrix with a given blocking.
  package init(_ matrix: CompressedRows, blocking: SmallBatchBlocking) {
    var builder = SmallBatchBuilder(matrix, blocking: blocking)
    builder.build()
    rows = matrix.rows
    columns = matrix.columns
    survivors = matrix.survivors
    self.blocking = blocking
    blocks = builder.blocks
    panels = builder.panels
    firstGroups = AlignedStorage(copying: builder.firstGroups)
    firstSlots = AlignedStorage(copying: builder.firstSlots)
    groups = AlignedStorage(copying: builder.groups)
    narrowOffsets = AlignedStorage(copying: builder.narrowOffsets)
    wideOffsets = AlignedStorage(copying: builder.wideOffsets)
    values = AlignedStorage(copying: builder.values)
  }

  /// The bytes that a product reads beside the activations.
  public var byteCount: Int {
    firstGroups.byteCount + firstSlots.byteCount + groups.byteCount + narrowOffsets.byteCount
      + wideOffsets.byteCount + values.byteCount
  }

  /// The slots of survivors and of padding.
  package var slots: Int { firstSlot(ofPanel: panels) }

  /// The first slot of a panel, or the end of all.
  func firstSlot(ofPanel panel: Int) -> Int { Int(firstSlots.values[panel * blocks]) }

  var kernelLayout: EspalierSmallBatchLayout {
    EspalierSmallBatchLayout(
      columns: columns, block_columns: blocking.blockColumns, blocks: blocks, first_groups: firstGroups.base,
      first_slots: firstSlots.base,
      groups: UnsafeRawPointer(groups.base).assumingMemoryBound(to: EspalierRowGroup.self),
      offsets: blocking.isWide ? UnsafeRawPointer(wideOffsets.base) : UnsafeRawPointer(narrowOffsets.base),
      values: values.base, wide: blocking.isWide ? 1 : 0)
  }
}
