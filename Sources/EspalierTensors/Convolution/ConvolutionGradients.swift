internal import CEspalierKernels

/// The gradients of one convolution, a few input channels after the other, so many that their pixels fit the second cache.
///
/// Threads share out the input channels, whose gradients, and those of whose weights, are nobody else's.
struct ConvolutionGradients {
  let compute: Compute
  let shape: ConvolutionShape
  let weights: UnsafePointer<Float>
  let dy: MatrixView
  let x: MatrixView
  let gradient: UnsafeMutablePointer<Float>
  let dx: MatrixView?

  /// What all threads read.
  private struct Shared {
    let inputOffsets: UnsafeMutablePointer<Int>
    let outputOffsets: UnsafeMutablePointer<Int>
  }

  private static func layout(_ shape: ConvolutionShape) -> ImageLayout {
    ImageLayout(shape, lines: shape.rows.output)
  }

  /// Input channels whose pixels fit the cache.
  private static func channelsAtOnce(_ shape: ConvolutionShape) -> Int {
    min(shape.groupInputs, max(1, BandPlan.cachedFloats / layout(shape).channelLength))
  }

  private static func imageCount(_ shape: ConvolutionShape) -> Int {
    let layout = layout(shape)
    return layout.isInPlace ? 0 : (channelsAtOnce(shape) * layout.channelLength + 15) / 16 * 16
  }

  /// Floats of working memory.
  static func scratchCount(_ shape: ConvolutionShape, threads: Int) -> Int {
    var cursor = ScratchCursor(nil)
    _ = cursor.integers(channelsAtOnce(shape) * shape.taps)
    _ = cursor.integers(shape.groupOutputs)
    return cursor.count + threads * imageCount(shape)
  }

  /// Computes both gradients, each thread with its own part of the memory.
  func run(scratch: UnsafeMutablePointer<Float>) {
    gradient.update(repeating: 0, count: shape.outputs * shape.terms)
    let channels = Self.channelsAtOnce(shape)
    var cursor = ScratchCursor(scratch)
    let shared = Shared(
      inputOffsets: cursor.integers(channels * shape.taps)!,
      outputOffsets: cursor.integers(shape.groupOutputs)!)
    Self.layout(shape).writeOffsets(channels: channels, into: shared.inputOffsets)
    for output in 0..<shape.groupOutputs { shared.outputOffsets[output] = output * shape.outputLength }
    let parts = compute.parts(forOperations: 2 * shape.multiplications * shape.batch)
    compute.split(parts, (self, shared, scratch + cursor.count, parts)) { task, range in
      let (gradients, shared, scratch, parts) = task
      for part in range {
        let image = scratch + part * Self.imageCount(gradients.shape)
        gradients.compute(part, of: parts, shared, image)
      }
    }
  }

  private func compute(
    _ part: Int, of parts: Int, _ shared: Shared, _ image: UnsafeMutablePointer<Float>
  ) {
    let sharesInputs = shape.inputs >= parts
    let inputs = sharesInputs ? share(part, of: parts, shape.inputs) : 0..<shape.inputs
    let outputs = sharesInputs ? 0..<shape.outputs : share(part, of: parts, shape.outputs)
    forEachChunk(of: inputs) { addWeightGradient(of: $0, group: $1, outputs, shared, image) }
    guard let dx else { return }
    forEachChunk(of: sharesInputs ? inputs : share(part, of: parts, shape.inputs)) {
      computeInputGradient(of: $0, group: $1, dx, shared, image)
    }
  }

  private func share(_ part: Int, of parts: Int, _ count: Int) -> Range<Int> {
    count * part / parts..<count * (part + 1) / parts
  }

  /// Calls `body` with ranges of channels of one group each, no more than fit the cache.
  private func forEachChunk(of channels: Range<Int>, _ body: (Range<Int>, _ group: Int) -> Void) {
    var first = channels.lowerBound
    while first < channels.upperBound {
      let group = first / shape.groupInputs
      let end = min(channels.upperBound, (group + 1) * shape.groupInputs, first + Self.channelsAtOnce(shape))
      body(first..<end, group)
      first = end
    }
  }

  /// The gradient of the weights between some inputs of a group and those of its outputs that lie in `outputs`.
  private func addWeightGradient(
    of channels: Range<Int>, group: Int, _ outputs: Range<Int>, _ shared: Shared,
    _ copy: UnsafeMutablePointer<Float>
  ) {
    let ofGroup = group * shape.groupOutputs..<(group + 1) * shape.groupOutputs
    let outputs = outputs.clamped(to: ofGroup)
    guard !outputs.isEmpty else { return }
    let layout = Self.layout(shape)
    var image = UnsafePointer(x.base + channels.lowerBound * shape.inputLength)
    if !layout.isInPlace {
      layout.copy(channels.count, of: image, firstLine: 0, into: copy, kernels: compute.kernels)
      image = UnsafePointer(copy)
    }
    let firstTerm = (channels.lowerBound - group * shape.groupInputs) * shape.taps
    let run = run(layout)
    for first in stride(from: 0, to: run.lines, by: run.linesAtOnce) {
      var product = EspalierShiftedGradient(
        gradient_row: shape.terms, outputs: outputs.count, inputs: channels.count * shape.taps,
        dy_row: shape.outputLength, x_rows: shared.inputOffsets, dy_line: shape.lineLength,
        x_line: layout.lineStep, lines: min(run.linesAtOnce, run.lines - first), columns: run.columns)
      compute.kernels.shifted_gradient(
        gradient + outputs.lowerBound * shape.terms + firstTerm,
        dy.base + outputs.lowerBound * shape.outputLength + first * shape.lineLength,
        image + first * layout.lineStep, &product)
    }
  }

  /// How the outputs are run over: lines of columns, and so many at once that a few rows of them fit the first cache.
  private func run(_ layout: ImageLayout) -> (lines: Int, columns: Int, linesAtOnce: Int) {
    let columns = shape.lineLength
    return (shape.rows.output, columns, max(1, Self.rowFloats / columns))
  }

  private static let rowFloats = 1024

  /// The gradient by some inputs of a group: every tap adds its share where it read.
  private func computeInputGradient(
    of channels: Range<Int>, group: Int, _ dx: MatrixView, _ shared: Shared,
    _ copy: UnsafeMutablePointer<Float>
  ) {
    let layout = Self.layout(shape)
    let own = dx.base + channels.lowerBound * shape.inputLength
    let image = layout.isInPlace ? own : copy
    image.update(repeating: 0, count: channels.count * layout.channelLength)
    let firstTerm = (channels.lowerBound - group * shape.groupInputs) * shape.taps
    var product = EspalierShiftedProduct(
      weights: weights + group * shape.groupOutputs * shape.terms + firstTerm, panel: 8, step: shape.terms,
      outputs: channels.count * shape.taps, inputs: shape.groupOutputs, y_rows: shared.inputOffsets,
      x_rows: shared.outputOffsets, y_line: layout.lineStep, x_line: shape.lineLength,
      lines: shape.rows.output,
      columns: shape.lineLength)
    compute.kernels.shifted_product_sum(
      image, dy.base + group * shape.groupOutputs * shape.outputLength, &product)
    if !layout.isInPlace {
      layout.copyBack(channels.count, from: copy, into: own, kernels: compute.kernels)
    }
  }
}
