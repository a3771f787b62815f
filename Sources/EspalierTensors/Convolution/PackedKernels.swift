/// The order in which the products of a convolution read its weights: groups, in each panels of eight outputs, in each the
/// terms of their sums, eight weights each.
struct PackedKernels {
  let groups: Int
  let groupOutputs: Int
  let terms: Int

  /// Floats of a group.
  var groupCount: Int { (groupOutputs + 7) / 8 * 8 * terms }
  /// Floats of all groups, filled up to a whole cache line.
  var count: Int { (groups * groupCount + 15) / 16 * 16 }

  /// Writes the weights [outputs, terms] in that order; what fills the last panel stays as it was.
  func write(_ weights: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, compute: Compute) {
    for group in 0..<groups {
      for first in stride(from: 0, to: groupOutputs, by: 8) {
        compute.kernels.transpose(
          packed + group * groupCount + first * terms, 8, weights + (group * groupOutputs + first) * terms,
          terms,
          min(8, groupOutputs - first), terms)
      }
    }
  }
}

extension ConvolutionShape {
  /// The order of its weights.
  var packedKernels: PackedKernels {
    PackedKernels(groups: groups, groupOutputs: groupOutputs, terms: terms)
  }
}
