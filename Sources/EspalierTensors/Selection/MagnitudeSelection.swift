internal import CEspalierKernels

/// Where to cut a set of magnitudes so that exactly the asked number of the smallest falls: everything below a key,
/// and the first so many of those that equal it.
///
/// Found by a radix selection over the bits of the floats: the bit patterns of non-negative floats are ordered as
/// integers, so three histograms (11, 11 and 9 bits) settle the k-th smallest exactly, in three passes that read the
/// values and write nothing. NaNs count as magnitude 0. Ties fall in the order of the indices.
public struct MagnitudeSelection: Sendable, Hashable {
  private let key: UInt32
  private var ties: Int

  /// The magnitude of the largest value that falls.
  public var threshold: Float { Float(bitPattern: key) }

  /// Looks for the cut below which `count` of the surviving values of all tensors together fall.
  ///
  /// A nil mask keeps everything. Traps when `count` is negative or more than survive. Costs three passes over the
  /// values, split over threads.
  public init(smallest count: Int, of tensors: [(values: Tensor, mask: Mask?)]) {
    let survivors = tensors.reduce(0) { $0 + ($1.mask?.survivors ?? $1.values.count) }
    precondition(count >= 0 && count <= survivors, "\(count) of \(survivors) values cannot be selected")
    let compute = Compute.current
    var prefix: UInt32 = 0
    var rank = count
    for (shift, bins) in [(UInt32(20), 2048), (9, 2048), (0, 512)] {
      let histogram = compute.histogram(tensors, prefix: prefix, shift: shift, bins: bins)
      var bin = 0
      while bin < bins - 1, rank > Int(histogram[bin]) {
        rank -= Int(histogram[bin])
        bin += 1
      }
      prefix = prefix << UInt32(bins.trailingZeroBitCount) | UInt32(bin)
    }
    key = prefix
    ties = rank
  }

  /// Clears the bits of what falls in the next tensor, in the order in which the tensors were given.
  public mutating func clear(_ values: Tensor, in mask: inout Mask) {
    precondition(mask.shape == values.shape, "a mask of shape \(mask.shape) does not fit \(values.shape)")
    let kernel = Compute.current.kernels.mask_by_rank
    let (key, quota) = (key, ties)
    ties -= mask.withUnsafeMutableWords { words in
      values.withUnsafeValues { values in
        guard let bits = words.baseAddress, let base = values.baseAddress else { return 0 }
        return kernel(base, bits, values.count, key, quota)
      }
    }
  }
}

extension Compute {
  fileprivate func histogram(
    _ tensors: [(values: Tensor, mask: Mask?)], prefix: UInt32, shift: UInt32, bins: Int
  ) -> [UInt64] {
    var total = [UInt64](repeating: 0, count: bins)
    for (tensor, mask) in tensors {
      tensor.withUnsafeValues { values in
        guard let mask else { return add(values, nil, prefix, shift, bins, to: &total) }
        mask.withUnsafeWords { add(values, $0.baseAddress, prefix, shift, bins, to: &total) }
      }
    }
    return total
  }

  /// One histogram a thread, added up afterwards.
  private func add(
    _ values: UnsafeBufferPointer<Float>, _ mask: UnsafePointer<UInt64>?, _ prefix: UInt32, _ shift: UInt32,
    _ bins: Int, to total: inout [UInt64]
  ) {
    guard let base = values.baseAddress, !values.isEmpty else { return }
    let share = max((values.count + threads - 1) / threads, 1 << 18) / 64 * 64 + 64
    var partial = [UInt64](repeating: 0, count: bins * threads)
    partial.withUnsafeMutableBufferPointer { partial in
      split(
        threads,
        (
          kernel: kernels.magnitude_histogram, base: base, count: values.count, mask: mask, share: share,
          prefix: prefix, shift: shift, bins: bins, counts: partial.baseAddress!
        )
      ) { task, parts in
        for part in parts {
          let first = part * task.share
          guard first < task.count else { continue }
          task.kernel(
            task.base + first, task.mask.map { $0 + first / 64 }, min(task.share, task.count - first),
            task.prefix, task.shift, UInt32(task.bins), task.counts + part * task.bins)
        }
      }
    }
    for index in partial.indices { total[index % bins] += partial[index] }
  }
}
