public import EspalierTensors

extension Parameter {
  /// Gives a dense parameter other values and another mask, whatever mask it had; nil keeps all values.
  ///
  /// This is how pruned weights come back: values outside the new mask become +0.0, all others are `values`. An optimizer
  /// has held the moments of what was outside the mask in its last step at 0. Traps when the parameter is packed or a shape
  /// differs. Costs two passes over the values and, once the parameter shares its memory with nobody, allocates nothing.
  public mutating func replace(values: Tensor, mask: Mask?) {
    precondition(!isPacked, "a packed parameter of shape \(shape) has no dense values to replace: unpack it")
    precondition(
      values.shape == shape && mask?.shape ?? shape == shape,
      "values of shape \(values.shape) under a mask of shape \(mask?.shape ?? shape) cannot replace \(shape)")
    storage.withUnsafeMutableValues { own in
      values.withUnsafeValues { _ = own.update(fromContentsOf: $0) }
    }
    denseMask = mask
    if let mask { storage.zero(outside: mask) }
  }
}
