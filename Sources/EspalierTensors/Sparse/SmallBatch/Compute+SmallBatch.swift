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
    let kernel = kernels.sparse_vector_product
    let name = activation?.kernelName ?? ESPALIER_IDENTITY
    let parameter = activation?.parameter ?? 0
    withUnsafePointer(to: layout.kernelLayout) { kernelLayout in
      splitByWork(
        parts: layout.groups, work: { Int(layout.firstSteps.values[$0]) * layout.addressing.slotsPerStep },
        minimum: Self.leastSlotsPerThread
      ) {
        kernel(y, kernelLayout, $0.lowerBound, $0.upperBound, x, bias, name, parameter)
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
    let kernel = kernels.sparse_small_batch_product
    let name = activation?.kernelName ?? ESPALIER_IDENTITY
    let parameter = activation?.parameter ?? 0
    let tiles = (x.columns + 15) / 16
    withUnsafePointer(to: layout.kernelLayout) { kernelLayout in
      splitByWork(
        parts: layout.panels, work: { layout.firstSlot(ofPanel: $0) },
        minimum: Self.leastSlotsPerThread / (2 * max(tiles, 1))
      ) {
        kernel(
          y.base, y.columns, kernelLayout, $0.lowerBound, $0.upperBound, x.base, x.columns, x.columns, bias,
          name,
          parameter)
      }
    }
  }

  /// Y = f(W · X + bias) for a small dense W and a few columns, on the calling thread and without a BLAS; traps when the
  /// shapes disagree. Costs 2 · rows · columns · x.columns operations and allocates nothing.
  public func multiply(
    _ layout: SmallDenseLayout, by x: MatrixView, bias: UnsafePointer<Float>? = nil,
    activation: Activation? = nil,
    into y: MatrixView
  ) {
    requireProduct(layout.rows, layout.columns, x, y)
    withoutDenormals {
      kernels.small_dense_product(
        y.base, layout.panels.base, layout.rows, layout.columns, x.base, x.columns, bias,
        activation?.kernelName ?? ESPALIER_IDENTITY, activation?.parameter ?? 0)
    }
  }

  /// Below this much work a thread's share is done before another thread has begun: some ten microseconds.
  static let leastSlotsPerThread = 1 << 17

  /// Splits 0 ..< `parts` by work: `work(p)` is what the parts before p hold. A part goes where its first unit of work does.
  func splitByWork(
    parts: Int, work: (Int) -> Int, minimum: Int, _ body: (Range<Int>) -> Void
  ) {
    let total = work(parts)
    guard threads > 1 && total >= 2 * minimum else { return withoutDenormals { body(0..<parts) } }
    split(total, minimum: minimum) { share in
      let first = share.lowerBound == 0 ? 0 : firstPart(parts, from: share.lowerBound, work)
      let last = share.upperBound == total ? parts : firstPart(parts, from: share.upperBound, work)
      if first < last { body(first..<last) }
    }
  }

  /// The first part that begins at `bound` units of work or later.
  private func firstPart(_ parts: Int, from bound: Int, _ work: (Int) -> Int) -> Int {
    var (low, high) = (0, parts)
    while low < high {
      let middle = (low + high) / 2
      if work(middle) < bound { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func requireProduct(_ rows: Int, _ inner: Int, _ x: MatrixView, _ y: MatrixView) {
    precondition(
      x.rows == inner && y.rows == rows && x.columns == y.columns,
      "a \(rows) × \(inner) matrix times a \(x.rows) × \(x.columns) one does not fill a \(y.rows) × \(y.columns) one"
    )
  }
}
