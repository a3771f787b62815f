internal import CEspalierKernels

extension Compute {
  /// Y = f(W · X + bias) for a W of blocks and any number of columns; f is the identity without an activation. Traps when
  /// the shapes disagree.
  ///
  /// Costs 2 · survivors · x.columns operations and allocates nothing. Split over threads by survivors; the bits do not depend
  /// on their number.
  public func multiply(
    _ layout: SparseBlockLayout, by x: MatrixView, bias: UnsafePointer<Float>? = nil,
    activation: Activation? = nil, into y: MatrixView
  ) {
    requireProduct(layout.rows, layout.columns, x, y)
    let function = KernelActivation(activation)
    withUnsafePointer(to: layout.kernelLayout) { kernelLayout in
      splitByWork(
        parts: layout.blockRows, minimum: Self.leastSlotsPerThread / max(x.columns / 8, 1),
        (layout.shape.rows * layout.shape.columns, self, y, kernelLayout, x, bias, function),
        work: { task, row in Int(task.3.pointee.starts[row]) * task.0 }
      ) { task, rows in
        let (_, compute, y, layout, x, bias, function) = task
        if x.columns == 1 {
          compute.kernels.block_vector_product(
            y.base, layout, rows.lowerBound, rows.upperBound, x.base, bias, function.name, function.parameter)
        } else {
          compute.kernels.block_batch_product(
            y.base, y.columns, layout, rows.lowerBound, rows.upperBound, x.base, x.columns, x.columns, bias,
            function.name, function.parameter)
        }
      }
    }
  }

  /// Y = f(W · X + bias) for an n:m-sparse W. Otherwise as for blocks.
  ///
  /// Made for 1 to 8 columns, right for any number, eight at a time.
  public func multiply(
    _ layout: SparseNOfMLayout, by x: MatrixView, bias: UnsafePointer<Float>? = nil,
    activation: Activation? = nil, into y: MatrixView
  ) {
    requireProduct(layout.rows, layout.columns, x, y)
    let function = KernelActivation(activation)
    let slotsPerGroup = layout.steps * SparseNOfMLayout.slotsPerStep * SparseNOfMLayout.lanes
    withUnsafePointer(to: layout.kernelLayout) { kernelLayout in
      splitByWork(
        parts: layout.groups, minimum: Self.leastSlotsPerThread / max(x.columns / 4, 1),
        (slotsPerGroup, kernels.window_product, y, kernelLayout, x, bias, function),
        work: { task, group in group * task.0 }
      ) { task, groups in
        let (_, kernel, y, layout, x, bias, function) = task
        kernel(
          y.base, y.columns, layout, groups.lowerBound, groups.upperBound, x.base, x.columns, x.columns, bias,
          function.name, function.parameter)
      }
    }
  }
}
