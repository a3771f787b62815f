internal import Dispatch

/// Which weights of a `rows` × `columns` matrix survive, packed for the sparse kernels: immutable, and shared by the
/// values, gradients and moments that belong to it.
///
/// The survivors are numbered in the order in which the kernels read them; these numbers are *slots*. A stream of `slots`
/// floats holds one value a survivor, and an exact 0 in the few slots that are padding. The pattern takes between 2 and 3
/// bytes a survivor, a little more where rows have a few dozen survivors in hundreds of thousands of columns (3.2 with 40 in
/// 300,000), and about 6 more once an input gradient for more than four samples has been asked for. It is built in time
/// proportional to the survivors, and nothing of the size `rows` × `columns` is ever made.
public final class SparsePattern: Sendable {
  /// Outputs: the rows of the matrix.
  public let rows: Int
  /// Inputs: the columns of the matrix.
  public let columns: Int
  /// How many weights survive.
  public let survivors: Int

  let layout: SparseLayout
  private let lazyTransposed = LazyTransposed()

  /// The length of a stream of values: the survivors and a little padding.
  public var slots: Int { layout.slots }

  /// The share of weights that survive, in 0…1; 1 for an empty matrix.
  public var density: Double {
    rows == 0 || columns == 0 ? 1 : Double(survivors) / (Double(rows) * Double(columns))
  }

  /// The bytes of values, positions and counts that one product reads.
  public var byteCount: Int {
    let value = MemoryLayout<Float>.stride + MemoryLayout<UInt16>.stride
    return layout.slots * value + layout.groups.count * SparseLayout.groupStride
  }

  init(layout: SparseLayout, survivors: Int) {
    rows = layout.rows
    columns = layout.columns
    self.survivors = survivors
    self.layout = layout
  }

  /// Whether an input gradient for more than four samples has been asked for.
  package var hasTransposedLayout: Bool { lazyTransposed.isMade }

  /// The share of the survivors, and a little for their rows, that goes to the busiest of `parts` threads in the backward pass
  /// of up to four samples.
  package func largestColumnShare(of parts: Int) -> Double { layout.largestColumnShare(of: parts) }

  /// The columns sorted as rows: made when first asked for, then kept.
  var transposed: TransposedLayout {
    lazyTransposed.value { TransposedLayout(of: layout, survivors: survivors) }
  }
}

/// A value made once, by the first thread that asks.
private final class LazyTransposed: @unchecked Sendable {
  private let lock = DispatchSemaphore(value: 1)
  private var made: TransposedLayout?

  var isMade: Bool {
    lock.wait()
    defer { lock.signal() }
    return made != nil
  }

  func value(_ make: () -> TransposedLayout) -> TransposedLayout {
    lock.wait()
    defer { lock.signal() }
    if let made { return made }
    let new = make()
    made = new
    return new
  }
}
