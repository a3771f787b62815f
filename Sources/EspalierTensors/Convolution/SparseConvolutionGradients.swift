internal import CEspalierKernels

/// The gradients of a convolution with packed weights: of the survivors only, and by its inputs.
///
/// Threads share out the panels of the weights' gradient; one computes that by the inputs, whose places overlap.
struct SparseConvolutionGradients {
  let compute: Compute
  let shape: ConvolutionShape
  let pattern: SparsePattern
  let values: UnsafePointer<Float>
  let dy: MatrixView
  let x: MatrixView
  let gradient: UnsafeMutablePointer<Float>
  let dx: MatrixView?

  /// The memory of all threads.
  private struct Memory {
    let inputOffsets: UnsafeMutablePointer<Int>?
    let outputOffsets: UnsafeMutablePointer<Int>?
    /// The pixels, then their gradients, where they are not read in place.
    let image: UnsafeMutablePointer<Float>?
    /// The values in the order of the transposed layout.
    let values: UnsafeMutablePointer<Float>?

    init(_ shape: ConvolutionShape, transposedSlots: Int, _ cursor: inout ScratchCursor) {
      let layout = ImageLayout(shape, lines: shape.rows.output)
      inputOffsets = cursor.integers(shape.terms)
      outputOffsets = cursor.integers(shape.outputs)
      image = cursor.floats(layout.isInPlace ? 0 : shape.inputs * layout.channelLength)
      values = cursor.floats(transposedSlots)
    }
  }

  /// Floats of working memory.
  static func scratchCount(_ shape: ConvolutionShape, _ pattern: SparsePattern, inputGradient: Bool) -> Int {
    var cursor = ScratchCursor(nil)
    _ = Memory(
      shape, transposedSlots: inputGradient ? pattern.transposed.layout.slots : 0, &cursor)
    return cursor.count
  }

  /// Computes both gradients.
  func run(scratch: UnsafeMutablePointer<Float>) {
    var cursor = ScratchCursor(scratch)
    let slots = dx == nil ? 0 : pattern.transposed.layout.slots
    let memory = Memory(shape, transposedSlots: slots, &cursor)
    let layout = ImageLayout(shape, lines: shape.rows.output)
    layout.writeOffsets(channels: shape.inputs, into: memory.inputOffsets!)
    for output in 0..<shape.outputs { memory.outputOffsets![output] = output * shape.outputLength }
    addWeightGradient(layout, memory)
    if let dx { computeInputGradient(dx, layout, memory) }
  }

  /// Σ over outputs and samples of dY · X wherever a weight survives.
  private func addWeightGradient(_ layout: ImageLayout, _ memory: Memory) {
    if !layout.isInPlace {
      compute.split(shape.inputs, (self, layout, memory)) { task, channels in
        let (gradients, layout, memory) = task
        layout.copy(
          channels.count, of: gradients.x.base + channels.lowerBound * gradients.shape.inputLength,
          firstLine: 0, into: memory.image! + channels.lowerBound * layout.channelLength,
          kernels: gradients.compute.kernels)
      }
    }
    let image = UnsafePointer(layout.isInPlace ? x.base : memory.image!)
    let parts = compute.parts(forSlots: pattern.slots, batch: shape.outputLength)
    compute.split(parts, (self, layout, image, memory, parts)) { task, range in
      let (gradients, layout, image, memory, parts) = task
      for part in range {
        gradients.addWeightGradient(
          gradients.pattern.layout.panelShare(part, of: parts), layout, image, memory)
      }
    }
  }

  private func addWeightGradient(
    _ panels: Range<Int>, _ layout: ImageLayout, _ image: UnsafePointer<Float>, _ memory: Memory
  ) {
    let kernels = compute.kernels
    forEachTile(lines: shape.rows.output, columns: shape.lineLength, of: kernels.tile_columns) {
      line, columns in
      let x = image + line * layout.lineStep + columns.lowerBound
      let dy = dy.base + line * shape.lineLength + columns.lowerBound
      pattern.layout.forEachBlock(ofPanels: panels) { block, place in
        kernels.sparse_shifted_gradient(
          block, x, memory.inputOffsets! + place.firstColumn, dy + place.firstRow * shape.outputLength,
          shape.outputLength, columns.count, line > 0 || columns.lowerBound > 0, gradient + place.firstSlot)
      }
    }
  }

  /// Every surviving tap adds its share where it read.
  private func computeInputGradient(_ dx: MatrixView, _ layout: ImageLayout, _ memory: Memory) {
    let (transposed, kernels) = (pattern.transposed, compute.kernels)
    transposed.positions.withUnsafeBufferPointer { positions in
      guard let positions = positions.baseAddress, transposed.layout.slots > 0 else { return }
      transposed.layout.withBlocks(0..<transposed.layout.blocks) {
        kernels.sparse_gather_values($0, memory.values!, values, positions, transposed.layout.slots)
      }
    }
    let image = layout.isInPlace ? dx.base : memory.image!
    image.update(repeating: 0, count: shape.inputs * layout.channelLength)
    withoutDenormals {
      forEachTile(lines: shape.rows.output, columns: shape.lineLength, of: kernels.tile_columns) {
        line, columns in
        let target = image + line * layout.lineStep + columns.lowerBound
        let dy = UnsafePointer(dy.base + line * shape.lineLength + columns.lowerBound)
        transposed.layout.forEachBlock { block, place in
          kernels.sparse_shifted_sum(
            block, memory.values! + place.firstSlot, dy, memory.outputOffsets! + place.firstColumn, target,
            memory.inputOffsets! + place.firstRow, columns.count)
        }
      }
    }
    if !layout.isInPlace { layout.copyBack(shape.inputs, from: image, into: dx.base, kernels: kernels) }
  }
}
