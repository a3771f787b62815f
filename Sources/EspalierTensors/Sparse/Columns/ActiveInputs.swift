internal import CEspalierKernels

/// The inputs of one sample that are not skipped, in ascending positions; its memory is used again from sample to sample.
///
/// Belongs to one thread at a time.
public final class ActiveInputs {
  /// The most inputs of a sample.
  public let capacity: Int
  /// How many are active.
  public private(set) var count = 0
  private let storedPositions: AlignedStorage<Int32>
  private let storedValues: AlignedStorage<Float>

  /// Kernels write whole vectors.
  private static let slack = 16

  /// Room for samples of up to `capacity` inputs, none of them active.
  public init(capacity: Int) {
    precondition(
      (0...Int(Int32.max) - Self.slack).contains(capacity), "there is no vector of \(capacity) inputs")
    self.capacity = capacity
    storedPositions = AlignedStorage(uninitializedCount: capacity + Self.slack)
    storedValues = AlignedStorage(uninitializedCount: capacity + Self.slack)
  }

  /// Finds the active ones among the `count` inputs at `x`.
  ///
  /// Traps when there are more than `capacity`, and on an invalid rule. Costs O(`count`), for the largest up to 31 passes
  /// over the inputs; allocates nothing.
  public func select(
    _ rule: ActivationSkipping, from x: UnsafePointer<Float>, count inputs: Int, on compute: Compute
  ) {
    precondition(inputs <= capacity, "\(inputs) inputs do not fit a list of \(capacity)")
    rule.requireValid()
    let (positions, values) = (storedPositions.values.baseAddress!, storedValues.values.baseAddress!)
    count =
      switch rule {
      case .threshold(let threshold):
        compute.kernels.inputs_above(x, inputs, threshold, positions, values)
      case .largest(let most): compute.kernels.largest_inputs(x, inputs, most, positions, values)
      }
  }

  /// The positions of the active inputs, copied.
  public var positions: [Int32] { withExtendedLifetime(self) { Array(storedPositions.values.prefix(count)) } }

  /// Their values, copied.
  public var values: [Float] { withExtendedLifetime(self) { Array(storedValues.values.prefix(count)) } }

  /// The largest position, -1 without any: positions ascend.
  var lastPosition: Int { count == 0 ? -1 : Int(storedPositions.values[count - 1]) }

  /// Valid as long as the list is.
  var kernelList: EspalierActiveInputs {
    EspalierActiveInputs(positions: storedPositions.base, values: storedValues.base, count: count)
  }
}
