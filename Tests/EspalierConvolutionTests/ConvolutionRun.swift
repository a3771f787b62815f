import EspalierTensors
import EspalierTestSupport

/// The passes of a case by the engine, in memory that ends at inaccessible pages.
struct ConvolutionRun {
  let output: [Float]
  let weightGradient: [Float]
  let inputGradient: [Float]
  let isWithinMemory: Bool

  /// With dense weights, or those of a matrix.
  init(
    _ test: ConvolutionCase, _ matrix: SparseMatrix? = nil, activation: Activation? = nil, on compute: Compute
  ) {
    let shape = test.shape
    let (x, dy) = (GuardedBuffer(test.x), GuardedBuffer(test.dy))
    let stored = matrix?.values.values ?? test.weights
    let (weights, bias) = (GuardedBuffer(stored), test.bias.map { GuardedBuffer($0) })
    let (y, dx, dw) = (
      Self.unwritten(test.dy.count), Self.unwritten(test.x.count), Self.unwritten(stored.count)
    )
    func view(_ buffer: GuardedBuffer<Float>) -> MatrixView {
      MatrixView(base: buffer.pointer, rows: buffer.count / shape.batch, columns: shape.batch)
    }
    let biases = bias.map { UnsafePointer($0.pointer) }
    let scratch: GuardedBuffer<Float>
    let gradientScratch: GuardedBuffer<Float>
    if let pattern = matrix?.pattern {
      scratch = Self.unwritten(shape.sparseScratchCount(threads: compute.threads))
      compute.convolve(
        view(x), pattern, values: weights.pointer, shape, bias: biases, activation: activation, into: view(y),
        scratch: scratch.pointer)
      gradientScratch = Self.unwritten(shape.gradientScratchCount(pattern, inputGradient: true))
      compute.convolutionGradients(
        view(dy), view(x), pattern, values: weights.pointer, shape, into: dw.pointer, inputGradient: view(dx),
        scratch: gradientScratch.pointer)
    } else {
      scratch = Self.unwritten(shape.scratchCount(threads: compute.threads))
      compute.convolve(
        view(x), weights: weights.pointer, shape, bias: biases, activation: activation, into: view(y),
        scratch: scratch.pointer)
      gradientScratch = Self.unwritten(shape.gradientScratchCount(threads: compute.threads))
      compute.convolutionGradients(
        view(dy), view(x), weights: weights.pointer, shape, into: dw.pointer, inputGradient: view(dx),
        scratch: gradientScratch.pointer)
    }
    output = y.values
    weightGradient = dw.values
    inputGradient = dx.values
    isWithinMemory = [x, dy, y, dx, dw, weights, scratch, gradientScratch].allSatisfy(\.isUntouchedBefore)
  }

  /// Memory that must be written before it is read.
  private static func unwritten(_ count: Int) -> GuardedBuffer<Float> {
    GuardedBuffer([Float](repeating: .nan, count: count))
  }
}
