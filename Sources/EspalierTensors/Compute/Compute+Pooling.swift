internal import CEspalierKernels

extension Compute {
  /// The largest value of each window of each channel; a NaN is larger than all. `taps`, if given, becomes the tap where it
  /// was, row by row, the first of equal ones: one number a value of y, so that a window has at most 65,536 taps.
  ///
  /// Rows of x are the pixels of channel after channel, rows of y the windows. Traps when the shapes disagree.
  public func maxPool(
    _ x: MatrixView, _ windows: PoolingWindows, into y: MatrixView, taps: UnsafeMutablePointer<UInt16>?
  ) {
    forEachChannel(x, windows, y, (kernels.max_pool, taps)) { task, channels, part in
      let (kernel, taps) = task
      withUnsafePointer(to: part.windows) {
        kernel(part.small, taps.map { $0 + part.smallOffset }, part.large, channels, $0)
      }
    }
  }

  /// dx = Σ over the windows of dy at the tap that `maxPool` found.
  public func maxPoolGradient(
    outputGradient dy: MatrixView, _ windows: PoolingWindows, taps: UnsafePointer<UInt16>, into dx: MatrixView
  ) {
    forEachChannel(dx, windows, dy, (kernels.max_pool_gradient, taps)) { task, channels, part in
      let (kernel, taps) = task
      withUnsafePointer(to: part.windows) {
        kernel(part.large, part.small, taps + part.smallOffset, channels, $0)
      }
    }
  }

  /// The mean of each window of each channel, with zeros outside the image.
  public func meanPool(_ x: MatrixView, _ windows: PoolingWindows, into y: MatrixView) {
    forEachChannel(x, windows, y, kernels.mean_pool) { kernel, channels, part in
      withUnsafePointer(to: part.windows) { kernel(part.small, part.large, channels, $0) }
    }
  }

  /// dx = Σ over the windows that hold the pixel of dy by what the mean divides by.
  public func meanPoolGradient(
    outputGradient dy: MatrixView, _ windows: PoolingWindows, into dx: MatrixView
  ) {
    forEachChannel(dx, windows, dy, kernels.mean_pool_gradient) { kernel, channels, part in
      withUnsafePointer(to: part.windows) { kernel(part.large, part.small, channels, $0) }
    }
  }

  /// y[c, s] = the mean of channel c's pixels in sample s; x has y's rows times some number of pixels.
  public func channelMeans(_ x: MatrixView, into y: MatrixView) {
    let pixels = pixels(of: x, channels: y)
    split(y.rows, minimum: leastChannels(of: x, y.rows), (kernels.channel_means, x, y, pixels)) {
      task, part in
      let (kernel, x, y, pixels) = task
      let first = part.lowerBound * y.columns
      kernel(y.base + first, x.base + first * pixels, part.count, pixels, y.columns)
    }
  }

  /// dx[c, p, s] = dy[c, s] / pixels.
  public func channelMeansGradient(outputGradient dy: MatrixView, into dx: MatrixView) {
    let pixels = pixels(of: dx, channels: dy)
    let operands = (kernels.channel_means_gradient, dx, dy, pixels)
    split(dy.rows, minimum: leastChannels(of: dx, dy.rows), operands) { task, part in
      let (kernel, dx, dy, pixels) = task
      let first = part.lowerBound * dy.columns
      kernel(dx.base + first * pixels, dy.base + first, part.count, pixels, dy.columns)
    }
  }

  private func pixels(of x: MatrixView, channels y: MatrixView) -> Int {
    precondition(
      y.rows > 0 && x.rows % y.rows == 0 && x.columns == y.columns,
      "a \(x.rows) × \(x.columns) matrix is not made of the channels of a \(y.rows) × \(y.columns) one")
    return x.rows / y.rows
  }

  /// A part of the channels: where its images and its windows are.
  fileprivate struct ChannelPart {
    let large, small: UnsafeMutablePointer<Float>
    let smallOffset: Int
    let windows: EspalierWindows
  }

  /// Splits the channels over threads; `large` holds images, `small` windows.
  private func forEachChannel<Operands>(
    _ large: MatrixView, _ windows: PoolingWindows, _ small: MatrixView, _ operands: Operands,
    _ body: @escaping @Sendable (Operands, Int, ChannelPart) -> Void
  ) {
    let channels = small.rows / windows.outputs
    precondition(
      large.rows == channels * windows.pixels && small.rows == channels * windows.outputs
        && large.columns == small.columns,
      "windows \(windows) do not lead from a \(large.rows) × \(large.columns) matrix to a \(small.rows) × "
        + "\(small.columns) one")
    let task = ChannelTask(operands: operands, body: body, large: large, small: small, windows: windows)
    split(channels, minimum: leastChannels(of: large, channels), task) { task, part in
      let (large, small, windows) = (task.large, task.small, task.windows)
      let smallOffset = part.lowerBound * windows.outputs * small.columns
      task.body(
        task.operands, part.count,
        ChannelPart(
          large: large.base + part.lowerBound * windows.pixels * large.columns,
          small: small.base + smallOffset, smallOffset: smallOffset,
          windows: windows.kernelWindows(batch: large.columns)))
    }
  }
}

/// What the threads of `forEachChannel` are given; a function in a tuple would be put on the heap.
private struct ChannelTask<Operands> {
  let operands: Operands
  let body: @Sendable (Operands, Int, Compute.ChannelPart) -> Void
  let large: MatrixView
  let small: MatrixView
  let windows: PoolingWindows
}
