extension Compute {
  /// The shuffled gather of samples into the feature-major layout:
  /// destination[f, s] = samples[indices[s]][f] · scale + offset.
  ///
  /// `samples` holds rows of `destination.rows` bytes; traps when the number of indices is not the number of columns.
  /// Every index must name a row; the caller has checked.
  public func gather(
    _ samples: UnsafePointer<UInt8>, indices: UnsafeBufferPointer<Int32>, scale: Float, offset: Float,
    into destination: MatrixView
  ) {
    requireColumns(destination, indices)
    guard let rows = indices.baseAddress else { return }
    kernels.gather_bytes(
      destination.base, destination.columns, samples, destination.rows, rows, indices.count, scale, offset)
  }

  /// The same for samples of `Float`s.
  public func gather(
    _ samples: UnsafePointer<Float>, indices: UnsafeBufferPointer<Int32>, scale: Float, offset: Float,
    into destination: MatrixView
  ) {
    requireColumns(destination, indices)
    guard let rows = indices.baseAddress else { return }
    kernels.gather_floats(
      destination.base, destination.columns, samples, destination.rows, rows, indices.count, scale, offset)
  }

  private func requireColumns(_ destination: MatrixView, _ indices: UnsafeBufferPointer<Int32>) {
    precondition(
      destination.columns == indices.count,
      "\(indices.count) samples do not fill a batch of \(destination.columns)")
  }
}
