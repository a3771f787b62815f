internal import CEspalierKernels

/// One convolution of a batch: Y = f(W ∗ X + bias).
///
/// The lines of outputs are cut into bands whose pixels fit the second cache with their zeros; a thread takes one band of one
/// group after the other.
struct ConvolutionProduct {
  let compute: Compute
  let shape: ConvolutionShape
  let x: MatrixView
  let y: MatrixView
  let bias: UnsafePointer<Float>?
  let activation: Activation?
  let weights: Weights

  /// The weights, as the products read them.
  enum Weights {
    /// In the order of `PackedKernels`.
    case dense(UnsafePointer<Float>)
    /// The survivors of a convolution in one group: the stream of a pattern's slots.
    case sparse(SparseLayout, UnsafePointer<Float>)

    /// What the products take at once.
    func unit(_ kernels: EspalierKernels) -> BandPlan.Unit {
      switch self {
      case .dense: .registers(lanes: kernels.register_lanes)
      case .sparse: .tiles(kernels.tile_columns)
      }
    }
  }

  /// What all threads read.
  private struct Shared {
    let inputOffsets: UnsafeMutablePointer<Int>
    let outputOffsets: UnsafeMutablePointer<Int>
  }

  /// The memory of one thread.
  private struct Memory {
    let image: UnsafeMutablePointer<Float>?
    let lines: UnsafeMutablePointer<Float>?

    init(_ plan: BandPlan, _ cursor: inout ScratchCursor) {
      image = cursor.floats(plan.imageCount)
      lines = cursor.floats(plan.lineBufferCount)
    }
  }

  /// Floats of working memory, packed weights apart, that are enough for up to `threads` threads and every instruction set.
  static func scratchCount(_ shape: ConvolutionShape, threads: Int, isSparse: Bool) -> Int {
    var cursor = ScratchCursor(nil)
    _ = cursor.integers(shape.terms)
    _ = cursor.integers(shape.groupOutputs)
    var most = 0
    for threads in 1...threads {
      // Registers have 4, 8 or 16 lanes, and tiles four times as many floats.
      var lanes = 4
      while lanes <= 16 {
        var thread = ScratchCursor(nil)
        let unit = isSparse ? BandPlan.Unit.tiles(4 * lanes) : .registers(lanes: lanes)
        _ = Memory(BandPlan(shape, threads: threads, unit: unit), &thread)
        most = max(most, threads * thread.count)
        lanes *= 2
      }
    }
    return cursor.count + most
  }

  /// Computes all bands.
  func run(scratch: UnsafeMutablePointer<Float>) {
    let plan = BandPlan(shape, threads: compute.threads, unit: weights.unit(compute.kernels))
    var cursor = ScratchCursor(scratch)
    let shared = Shared(
      inputOffsets: cursor.integers(shape.terms)!,
      outputOffsets: cursor.integers(shape.groupOutputs)!)
    plan.layout.writeOffsets(channels: shape.groupInputs, into: shared.inputOffsets)
    for output in 0..<shape.groupOutputs { shared.outputOffsets[output] = output * plan.outputStep }
    let parts = compute.parts(forOperations: 2 * shape.multiplications * shape.batch)
    compute.split(parts, (self, plan, shared, scratch + cursor.count, parts)) { task, range in
      let (product, plan, shared, scratch, parts) = task
      for part in range { product.compute(part, of: parts, plan, shared, scratch) }
    }
  }

  private func compute(
    _ part: Int, of parts: Int, _ plan: BandPlan, _ shared: Shared, _ scratch: UnsafeMutablePointer<Float>
  ) {
    var thread = ScratchCursor(nil)
    _ = Memory(plan, &thread)
    var cursor = ScratchCursor(scratch + part * thread.count)
    let memory = Memory(plan, &cursor)
    let bands = plan.bands * shape.groups
    for band in bands * part / parts..<bands * (part + 1) / parts {
      compute(group: band / plan.bands, plan.lines(ofBand: band % plan.bands), plan, shared, memory)
    }
  }

  /// A band of the outputs of a group.
  private func compute(group: Int, _ lines: Range<Int>, _ plan: BandPlan, _ shared: Shared, _ memory: Memory)
  {
    let image = x.base + group * shape.groupInputs * shape.inputLength
    var start = UnsafePointer(image + lines.lowerBound * plan.layout.lineStep)
    if !plan.layout.isInPlace {
      plan.layout.copy(
        shape.groupInputs, of: image, firstLine: lines.lowerBound, into: memory.image!,
        kernels: compute.kernels)
      start = UnsafePointer(memory.image!)
    }
    let firstOutput = group * shape.groupOutputs
    let output = y.base + firstOutput * shape.outputLength + lines.lowerBound * shape.lineLength
    let target = plan.joinsLines ? memory.lines! : output
    switch weights {
    case .dense(let weights): multiply(weights, group, lines.count, from: start, into: target, plan, shared)
    case .sparse(let layout, let values):
      multiply(layout, values, lines.count, from: start, into: target, plan, shared)
    }
    if plan.joinsLines {
      compute.kernels.copy_lines(
        output, shape.outputLength, shape.lineLength, memory.lines!, plan.outputStep, plan.layout.lineStep,
        shape.groupOutputs, lines.count, shape.lineLength)
    }
    guard let activation, activation != .relu else { return }
    compute.kernels.bias_activation(
      output, shape.groupOutputs, lines.count * shape.lineLength, shape.outputLength, nil,
      activation.kernelName, activation.parameter)
  }

  private func multiply(
    _ weights: UnsafePointer<Float>, _ group: Int, _ lines: Int, from image: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>,
    _ plan: BandPlan, _ shared: Shared
  ) {
    let run = plan.run(lines: lines)
    var product = EspalierShiftedProduct(
      weights: weights + group * shape.packedKernels.groupCount, panel: 8 * shape.terms, step: 8,
      outputs: shape.groupOutputs, inputs: shape.terms, y_rows: shared.outputOffsets,
      x_rows: shared.inputOffsets, y_line: shape.lineLength, x_line: plan.layout.lineStep, lines: run.lines,
      columns: run.columns)
    compute.kernels.shifted_product(
      output, image, &product, bias.map { $0 + group * shape.groupOutputs },
      activation == .relu ? 0 : -.infinity)
  }

  /// The survivors times the lines, a tile of a line after the other.
  private func multiply(
    _ layout: SparseLayout, _ values: UnsafePointer<Float>, _ lines: Int, from image: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>, _ plan: BandPlan, _ shared: Shared
  ) {
    let run = plan.run(lines: lines)
    forEachTile(lines: run.lines, columns: run.columns, of: compute.kernels.tile_columns) { line, columns in
      let x = image + line * plan.layout.lineStep + columns.lowerBound
      let y = output + line * shape.lineLength + columns.lowerBound
      layout.forEachBlock { block, place in
        compute.kernels.sparse_shifted_product(
          block, values + place.firstSlot, x, shared.inputOffsets + place.firstColumn,
          y + place.firstRow * plan.outputStep, plan.outputStep, columns.count,
          layout.stage(ofBlock: place.block), bias.map { $0 + place.firstRow },
          activation == .relu ? 0 : -.infinity)
      }
    }
  }
}

/// Calls `body` with tiles of at most `width` columns of every line.
@inline(__always)
func forEachTile(
  lines: Int, columns: Int, of width: Int, _ body: (_ line: Int, _ columns: Range<Int>) -> Void
) {
  for line in 0..<lines {
    var first = 0
    while first < columns {
      let end = min(first + width, columns)
      body(line, first..<end)
      first = end
    }
  }
}
