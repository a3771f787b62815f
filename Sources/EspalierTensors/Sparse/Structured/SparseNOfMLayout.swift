internal import CEspalierKernels

/// A packed weight matrix with at most n survivors of a row in each aligned m inputs (n:m sparsity, such as 2:4), for
/// inference with one vector or a few.
///
/// All m that divide 16 are one case: n of m is 16 · n / m of 16, whose inputs fit a vector register. Every row has 1, 2, 4
/// or 8 slots in each window of sixteen inputs, used or not, so there are no counts and no starts; a position in a window
/// takes four bits, and a slot 4.5 bytes. Sixteen rows are the lanes of a vector that picks its inputs by a permute. Training
/// goes on using the layout of `SparsePattern`.
///
/// A. Mishra et al., "Accelerating sparse deep neural networks" (2021), for the pattern. Immutable; may be used from many
/// threads at once.
public final class SparseNOfMLayout: @unchecked Sendable {
  /// The number of outputs.
  public let rows: Int
  /// The number of inputs.
  public let columns: Int
  /// The number of weights.
  public let survivors: Int
  /// The slots of a row in a window of sixteen inputs: 1, 2, 4 or 8.
  public let slotsPerWindow: Int

  static let window = 16
  /// Rows of a group.
  static let lanes = 16
  /// Slots of a step of a lane, whose positions fill 32 bits.
  static let slotsPerStep = 8
  static let slotCounts = [1, 2, 4, 8]

  let positions: AlignedStorage<UInt32>
  let values: AlignedStorage<Float>

  /// Packs a matrix with as few slots as it needs; nil where those are more than eight a window, or survivors would use
  /// less than nine tenths of them all.
  public convenience init?(_ matrix: CompressedRows) {
    guard let slots = Self.slotsPerWindow(of: matrix) else { return nil }
    self.init(matrix, slotsPerWindow: slots)
  }

  /// Packs a matrix with a given number of slots; traps where it is not 1, 2, 4 or 8, or a row has more survivors in some
  /// window. Costs O(slots).
  public convenience init(_ matrix: CompressedRows, slotsPerWindow: Int) {
    precondition(
      Self.slotCounts.contains(slotsPerWindow), "there are no kernels for \(slotsPerWindow) slots a window")
    let steps = Self.steps(columns: matrix.columns, slotsPerWindow)
    let groups = (matrix.rows + Self.lanes - 1) / Self.lanes
    var positions = [UInt32](repeating: 0, count: groups * steps * Self.lanes)
    var values = [Float](repeating: 0, count: positions.count * Self.slotsPerStep)
    for row in 0..<matrix.rows {
      let (group, lane) = row.quotientAndRemainder(dividingBy: Self.lanes)
      var (window, used) = (-1, 0)
      for position in matrix.rowStarts[row]..<matrix.rowStarts[row + 1] {
        let (next, place) = Int(matrix.columnIndices[position]).quotientAndRemainder(dividingBy: Self.window)
        used = next == window ? used + 1 : 0
        window = next
        precondition(
          used < slotsPerWindow, "row \(row) has more than \(slotsPerWindow) survivors in a window")
        let index = window * slotsPerWindow + used
        let (step, slot) = index.quotientAndRemainder(dividingBy: Self.slotsPerStep)
        positions[(group * steps + step) * Self.lanes + lane] |= UInt32(place) << UInt32(4 * slot)
        values[((group * steps + step) * Self.slotsPerStep + slot) * Self.lanes + lane] =
          matrix.values[position]
      }
    }
    self.init(
      rows: matrix.rows, columns: matrix.columns, survivors: matrix.survivors, slotsPerWindow: slotsPerWindow,
      positions: positions, values: values)
  }

  /// The layout of the given streams, unchecked: see `violatedInvariant`.
  package init(
    rows: Int, columns: Int, survivors: Int, slotsPerWindow: Int, positions: [UInt32], values: [Float]
  ) {
    (self.rows, self.columns, self.survivors) = (rows, columns, survivors)
    self.slotsPerWindow = slotsPerWindow
    self.positions = AlignedStorage(copying: positions)
    self.values = AlignedStorage(copying: values)
  }

  /// The bytes that a product reads beside the activations.
  public var byteCount: Int { positions.byteCount + values.byteCount }

  /// Groups of sixteen rows.
  var groups: Int { (rows + Self.lanes - 1) / Self.lanes }
  /// The steps of a group.
  var steps: Int { Self.steps(columns: columns, slotsPerWindow) }

  private static func steps(columns: Int, _ slotsPerWindow: Int) -> Int {
    let perStep = slotsPerStep / slotsPerWindow * window
    return (columns + perStep - 1) / perStep
  }

  var kernelLayout: EspalierWindowLayout {
    EspalierWindowLayout(
      rows: rows, columns: columns, slots: Int32(slotsPerWindow), steps: steps, positions: positions.base,
      values: values.base)
  }
}

extension SparseNOfMLayout {
  /// The slots that a matrix needs in each window; nil where the layout does not pay. Stops at the first window that
  /// decides it.
  public static func slotsPerWindow(of matrix: CompressedRows) -> Int? {
    // With more slots survivors would use less than nine tenths of them.
    let affordable = slotCounts.last { slots in
      let groups = (matrix.rows + lanes - 1) / lanes
      let all = groups * lanes * steps(columns: matrix.columns, slots) * slotsPerStep
      return all > 0 && matrix.survivors * 10 >= all * 9
    }
    guard let affordable else { return nil }
    let isEnough = matrix.columnIndices.withUnsafeBufferPointer { indices in
      (0..<matrix.rows).allSatisfy { row in
        let (first, end) = (matrix.rowStarts[row], matrix.rowStarts[row + 1])
        // As many survivors lie further apart than a window, or in different ones.
        return (first..<max(first, end - affordable)).allSatisfy {
          indices[$0] / Int32(window) != indices[$0 + affordable] / Int32(window)
        }
      }
    }
    return isEnough ? affordable : nil
  }
}
