/// The order in which the products of a convolution read its weights: groups, in each panels of eight outputs, in each the
/// terms of their sums, eight weights each.
enum PackedKernels {
  /// Floats of a group.
  static func groupCount(_ shape: ConvolutionShape) -> Int { (shape.groupOutputs + 7) / 8 * 8 * shape.terms }

  /// Writes the weights [outputs, terms] in that order; what fills the last panel stays as it was.
  static func write(
    _ weights: UnsafePointer<Float>, _ shape: ConvolutionShape, into packed: UnsafeMutablePointer<Float>,
    compute: Compute
  ) {
    let terms = shape.terms
    for group in 0..<shape.groups {
      for first in stride(from: 0, to: shape.groupOutputs, by: 8) {
        compute.kernels.transpose(
          packed + group * groupCount(shape) + first * terms, 8,
          weights + (group * shape.groupOutputs + first) * terms, terms,
          min(8, shape.groupOutputs - first), terms)
      }
    }
  }
}
