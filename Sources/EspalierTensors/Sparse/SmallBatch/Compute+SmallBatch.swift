internal import CEspalierKernels

extension Compute {
  /// y = f(W · x + bias) for one vector x of `layout.columns` values, y of `layout.rows`; f is the identity without an
  /// activation.
  ///
  /// Costs O(survivors) and allocates nothing. Split over threads by survivors; the bits do not depend on their number.
  public func multiply(
    _ layout: SparseVectorLayout, by x: UnsafePointer<Float>, bias: UnsafePointer<Float>? = nil,
    activation: Activation? = nil, into y: UnsafeMutablePointer<Float>
  ) {
    let function = KernelActivation(activation)
    withUnsafePointer(to: layout.kernelLayout) { kernelLayout in
      splitByWork(
        parts: layout.groups, minimum: Self.leastSlotsPerThread,
        (layout.addressing.slotsPerStep, kernels.sparse_vector_product, y, kernelLayout, x, bias, function),
        work: { task, group in Int(task.3.pointee.first_steps[group]) * task.0 }
      ) { task, groups in
        let (_, kernel, y, layout, x, bias, function) = task
        kernel(y, layout, groups.lowerBound, groups.upperBound, x, bias, function.name, function.parameter)
      }
    }
  }

  /// Y = f(W · X + bias) for a few columns; traps when the shapes disagree. Otherwise as for one vector.
  ///
  /// Made for 2 to 16 columns, right for any number, sixteen at a time: up to 16 cost about as much as one.
  public func multiply(
    _ layout: SparseSmallBatchLayout, by x: MatrixView, bias: UnsafePointer<Float>? = nil,
    activation: Activation? = nil, into y: MatrixView
  ) {
    requireProduct(layout.rows, layout.columns, x, y)
    let function = KernelActivation(activation)
    let tiles = (x.columns + 15) / 16
    withUnsafePointer(to: layout.kernelLayout) { kernelLayout in
      splitByWork(
        parts: layout.panels, minimum: Self.leastSlotsPerThread / (2 * max(tiles, 1)),
        (kernels.sparse_small_batch_product, y, kernelLayout, x, bias, function),
        work: { task, panel in Int(task.2.pointee.first_slots[panel * task.2.pointee.blocks]) }
      ) { task, panels in
        let (kernel, y, layout, x, bias, function) = task
        kernel(
          y.base, y.columns, layout, panels.lowerBound, panels.upperBound, x.base, x.columns, x.columns, bias,
          function.name, function.parameter)
      }
    }
  }

  /// Y = f(W · X + bias) for a dense W and a few columns, without a BLAS; traps when the shapes disagree.
  ///
  /// Costs 2 · rows · columns · x.columns operations and allocates nothing. Split over threads by rows; the bits do not depend
  /// on their number.
  public func multiply(
    _ layout: SmallDenseLayout, by x: MatrixView, bias: UnsafePointer<Float>? = nil,
    activation: Activation? = nil,
    into y: MatrixView
  ) {
    requireProduct(layout.rows, layout.columns, x, y)
    let function = KernelActivation(activation)
    let workPerRow = max(layout.columns * max(x.columns / 4, 1), 1)
    split(
      layout.rows, grain: SmallDenseLayout.panelRows, minimum: max(1, Self.leastSlotsPerThread / workPerRow),
      (layout, kernels.small_dense_product, y, x, bias, function)
    ) { task, rows in
      let (layout, kernel, y, x, bias, function) = task
      let first = rows.lowerBound
      kernel(
        y.base + first * y.columns, layout.panels.base + first * layout.columns, rows.count, layout.columns,
        x.base, x.columns, bias.map { $0 + first }, function.name, function.parameter)
    }
  }

  /// Below this much work a thread's share is done before another thread has begun: some ten microseconds.
  static let leastSlotsPerThread = 1 << 17

  /// Splits 0 ..< `parts` by work: `work(operands, p)` is what the parts before p hold. A part goes where its first unit of
  /// work does. Neither closure captures anything, as in `split`.
  func splitByWork<Operands>(
    parts: Int, minimum: Int, _ operands: Operands, work: @escaping @Sendable (Operands, Int) -> Int,
    _ body: @escaping @Sendable (Operands, Range<Int>) -> Void
  ) {
    let total = threads > 1 ? work(operands, parts) : 0
    guard threads > 1 && total >= 2 * minimum else {
      return withoutDenormals { body(operands, 0..<parts) }
    }
    let shares = WorkShares(parts: parts, operands: operands, work: work, body: body)
    split(total, minimum: minimum, shares) { $0.run($1) }
  }

  /// Traps unless a product's shapes agree.
  func requireProduct(_ rows: Int, _ inner: Int, _ x: MatrixView, _ y: MatrixView) {
    precondition(
      x.rows == inner && y.rows == rows && x.columns == y.columns,
      "a \(rows) × \(inner) matrix times a \(x.rows) × \(x.columns) one does not fill a \(y.rows) × \(y.columns) one"
    )
  }
}

/// Parts of different size as consecutive shares of all their work.
private struct WorkShares<Operands> {
  let parts: Int
  let operands: Operands
  /// What the parts before one hold.
  let work: @Sendable (Operands, Int) -> Int
  let body: @Sendable (Operands, Range<Int>) -> Void

  /// Does the parts that begin in a range of the work.
  func run(_ share: Range<Int>) {
    let first = firstPart(from: share.lowerBound)
    let last = share.upperBound == work(operands, parts) ? parts : firstPart(from: share.upperBound)
    if first < last { body(operands, first..<last) }
  }

  /// The first part that begins at `bound` units of work or later.
  private func firstPart(from bound: Int) -> Int {
    if bound == 0 { return 0 }
    var (low, high) = (0, parts)
    while low < high {
      let middle = (low + high) / 2
      if work(operands, middle) < bound { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
