internal import CEspalierKernels

extension Compute {
  /// y = f(Σ over the active inputs k of w_k x_k + bias), y of `layout.rows` values; f is the identity without an
  /// activation.
  ///
  /// Costs 2 · rows · active operations and allocates nothing; the columns of other inputs are not read. Split over
  /// threads by rows; the bits do not depend on their number. The inputs are those of a vector of `layout.columns` values.
  public func multiply(
    _ layout: DenseColumnLayout, by inputs: ActiveInputs, bias: UnsafePointer<Float>? = nil,
    activation: Activation? = nil, into y: UnsafeMutablePointer<Float>
  ) {
    requireColumns(layout.columns, inputs)
    let kernel = kernels.dense_column_product
    let name = activation?.kernelName ?? ESPALIER_IDENTITY
    let parameter = activation?.parameter ?? 0
    defer { withExtendedLifetime(inputs) {} }
    withUnsafePointer(to: inputs.kernelList) { list in
      split(
        layout.panelCount, minimum: Self.leastWeightsPerThread / max(64 * inputs.count, 1) + 1,
        (kernel, y, layout, list, bias, name, parameter)
      ) { task, panels in
        let (kernel, y, layout, list, bias, name, parameter) = task
        kernel(
          y, layout.panels.base, layout.rows, layout.columns, panels.lowerBound, panels.upperBound, list,
          bias, name,
          parameter)
      }
    }
  }

  /// The same for a packed matrix, on the calling thread: 2 operations for each survivor of an active input. Returns how
  /// many survivors that were.
  @discardableResult
  public func multiply(
    _ layout: SparseColumnLayout, by inputs: ActiveInputs, bias: UnsafePointer<Float>? = nil,
    activation: Activation? = nil, into y: UnsafeMutablePointer<Float>
  ) -> Int {
    requireColumns(layout.columns, inputs)
    defer { withExtendedLifetime((inputs, layout)) {} }
    return withUnsafePointer(to: inputs.kernelList) { list in
      withUnsafePointer(to: layout.kernelLayout) { kernelLayout in
        withoutDenormals {
          kernels.sparse_column_product(
            y, kernelLayout, list, bias, activation?.kernelName ?? ESPALIER_IDENTITY,
            activation?.parameter ?? 0)
        }
      }
    }
  }

  /// The confidence of the softmax over `count` logits, z, in its largest: with the largest and the second largest logit
  /// z₁ and z₂, probability = e^{z₁} / Σ e^{z} and margin = z₁ − z₂ (infinite with a single logit).
  ///
  /// Both are NaN where a logit is NaN or the largest infinite.
  public func confidence(
    _ logits: UnsafePointer<Float>, count: Int
  ) -> (probability: Float, margin: Float) {
    let found = kernels.confidence(logits, count)
    return (found.probability, found.margin)
  }

  /// Below this many weights a thread's share is done before another thread has begun.
  private static let leastWeightsPerThread = 1 << 18

  private func requireColumns(_ columns: Int, _ inputs: ActiveInputs) {
    precondition(
      inputs.lastPosition < columns, "input \(inputs.lastPosition) of a matrix with \(columns) columns")
  }
}
