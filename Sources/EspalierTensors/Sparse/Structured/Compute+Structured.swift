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
    let (vectorKernel, batchKernel) = (kernels.block_vector_product, kernels.block_batch_product)
    let name = activation?.kernelName ?? ESPALIER_IDENTITY
    let parameter = activation?.parameter ?? 0
    let weights = layout.shape.rows * layout.shape.columns
    withUnsafePointer(to: layout.kernelLayout) { kernelLayout in
      splitByWork(
        parts: layout.blockRows, work: { Int(layout.starts.values[$0]) * weights },
        minimum: Self.leastSlotsPerThread / max(x.columns / 8, 1)
      ) {
        if x.columns == 1 {
          vectorKernel(y.base, kernelLayout, $0.lowerBound, $0.upperBound, x.base, bias, name, parameter)
        } else {
          batchKernel(
            y.base, y.columns, kernelLayout, $0.lowerBound, $0.upperBound, x.base, x.columns, x.columns, bias,
            name, parameter)
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
    let kernel = kernels.window_product
    let name = activation?.kernelName ?? ESPALIER_IDENTITY
    let parameter = activation?.parameter ?? 0
    let slotsPerGroup = layout.steps * SparseNOfMLayout.slotsPerStep * SparseNOfMLayout.lanes
    withUnsafePointer(to: layout.kernelLayout) { kernelLayout in
      splitByWork(
        parts: layout.groups, work: { $0 * slotsPerGroup },
        minimum: Self.leastSlotsPerThread / max(x.columns / 4, 1)
      ) {
        kernel(
          y.base, y.columns, kernelLayout, $0.lowerBound, $0.upperBound, x.base, x.columns, x.columns, bias,
          name, parameter)
      }
    }
  }
}
