internal import CEspalierKernels

/// A packed weight matrix for products with one vector: inference at batch 1.
///
/// Sixteen rows with about as many survivors share a vector register, a lane each. They take their survivors together, in
/// ascending columns, from a window of 32 to 128 columns that lies in registers, so on AVX-512 an input is picked by a
/// permute instead of a load; the window slides on as fast as the slowest row allows. A survivor costs 5 bytes and the
/// padding (5 to 40 %), with half-precision values 3. Matrices too sparse for windows hold whole column numbers and gather.
///
/// Immutable; may be used from many threads at once.
public final class SparseVectorLayout: @unchecked Sendable {
  /// How the values are kept.
  public enum Values: Sendable, CaseIterable {
    /// The weights as they are.
    case single
    /// IEEE binary16: rounded to 11 bits, relative error at most 2⁻¹¹ from 6.2e−5 up, absolute at most 2⁻²⁵ below. The
    /// largest is 65504. Products and sums stay in single precision.
    case half
  }

  /// The number of outputs.
  public let rows: Int
  /// The number of inputs.
  public let columns: Int
  /// The number of weights.
  public let survivors: Int
  /// How the values are kept.
  public let values: Values

  /// How the columns are addressed, `ESPALIER_WINDOW_…` or `ESPALIER_COLUMNS_…`.
  let addressing: VectorAddressing
  /// The step at which each group begins, and the end of the last.
  let firstSteps: AlignedStorage<Int64>
  private let streams: VectorStreams

  /// Packs a matrix; costs O(survivors).
  ///
  /// Traps where `.half` cannot hold a value, from 65520 on.
  public convenience init(_ matrix: CompressedRows, values: Values = .single) {
    let rowOrder = VectorRowOrder(matrix)
    self.init(
      matrix, values: values, rowOrder: rowOrder,
      addressing: .cheapest(for: matrix, in: rowOrder, values: values))
  }

  /// Packs the survivors of a dense matrix.
  public convenience init(_ dense: Tensor, mask: Mask? = nil, values: Values = .single) {
    self.init(CompressedRows(dense, mask: mask), values: values)
  }

  /// Packs a matrix with a given addressing.
  package convenience init(_ matrix: CompressedRows, values: Values, addressing: VectorAddressing) {
    self.init(matrix, values: values, rowOrder: VectorRowOrder(matrix), addressing: addressing)
  }

  private init(
    _ matrix: CompressedRows, values: Values, rowOrder: VectorRowOrder, addressing: VectorAddressing
  ) {
    rows = matrix.rows
    columns = matrix.columns
    survivors = matrix.survivors
    self.values = values
    self.addressing = addressing
    firstSteps = rowOrder.firstSteps(of: matrix, addressing: addressing)
    streams = VectorStreams(
      matrix, rowOrder: rowOrder, firstSteps: firstSteps, addressing: addressing, values: values)
  }

  /// Whether `.half` can hold all of some values: none is NaN, and none 65520 or more.
  public static func halfPrecisionHolds(_ values: [Float]) -> Bool { values.allSatisfy { abs($0) < 65520 } }

  /// The bytes that a product reads beside the activations.
  public var byteCount: Int { streams.byteCount + firstSteps.byteCount }

  /// The slots of a survivor or of padding.
  package var slots: Int { steps * addressing.slotsPerStep }

  var groups: Int { firstSteps.values.count - 1 }
  var steps: Int { Int(firstSteps.values[groups]) }

  var kernelLayout: EspalierVectorLayout {
    EspalierVectorLayout(
      columns: columns, addressing: addressing.kernelName, rows: streams.rows.base,
      first_steps: firstSteps.base,
      starts: streams.starts.base, indices: streams.indices.base, values: streams.values,
      half_precision: values == .half ? 1 : 0)
  }
}
