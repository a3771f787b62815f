extension Tensor {
  /// Clears the bits of `mask` where |value| < `threshold` or the value is NaN; bits already 0 stay 0.
  ///
  /// No value is smaller than a threshold that is NaN, as the deviation of values with a NaN among them is.
  /// Traps unless the mask has the tensor's shape. One pass over the values.
  public func clearSmallMagnitudes(below threshold: Float, in mask: inout Mask) {
    precondition(mask.shape == shape, "a mask of shape \(mask.shape) does not fit a tensor of shape \(shape)")
    let kernel = Compute.current.kernels.mask_by_magnitude
    let threshold = threshold.isNaN ? 0 : threshold
    mask.withUnsafeMutableWords { words in
      withUnsafeValues { values in
        guard let bits = words.baseAddress, let base = values.baseAddress else { return }
        _ = kernel(base, bits, values.count, threshold)
      }
    }
  }

  /// Writes +0.0 wherever the mask is 0.
  public mutating func zero(outside mask: Mask) {
    precondition(mask.shape == shape, "a mask of shape \(mask.shape) does not fit a tensor of shape \(shape)")
    let kernel = Compute.current.kernels.apply_mask
    withUnsafeMutableValues { values in
      mask.withUnsafeWords { words in
        guard let bits = words.baseAddress, let base = values.baseAddress else { return }
        kernel(base, base, bits, values.count)
      }
    }
  }

  /// The population standard deviation √(Σ (w − mean)² / n) of all values, accumulated in double precision in two
  /// passes; 0 for an empty tensor.
  public var standardDeviation: Double {
    guard count > 0 else { return 0 }
    let (sum, _) = moments(about: 0)
    return (moments(about: sum / Double(count)).squares / Double(count)).squareRoot()
  }

  /// Σ w and Σ (w − shift)² over all values, in double precision.
  func moments(about shift: Double) -> (sum: Double, squares: Double) {
    let kernel = Compute.current.kernels.moments
    return withUnsafeValues { values in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 2) { out in
        guard let base = values.baseAddress, let sums = out.baseAddress else { return (0, 0) }
        kernel(base, values.count, shift, sums)
        return (sums[0], sums[1])
      }
    }
  }
}
