import EspalierTensors
import EspalierTestSupport

/// The passes of a case by the engine, in memory that ends at inaccessible pages.
struct ConvolutionRun {
  let output: [Float]
  let weightGradient: [Float]
  let inputGradient: [Float]
  let isWithinMemory: Bool

  init(_ test: ConvolutionCase, activation: Activation? = nil, on compute: Compute) {
    let shape = test.shape
    let (x, dy) = (GuardedBuffer(test.x), GuardedBuffer(test.dy))
    let nothing = Float.nan
    let y = GuardedBuffer([Float](repeating: nothing, count: test.dy.count))
    let dx = GuardedBuffer([Float](repeating: nothing, count: test.x.count))
    let dw = GuardedBuffer([Float](repeating: nothing, count: test.weights.count))
    let (weights, bias) = (GuardedBuffer(test.weights), test.bias.map { GuardedBuffer($0) })
    func view(_ buffer: GuardedBuffer<Float>) -> MatrixView {
      MatrixView(base: buffer.pointer, rows: buffer.count / shape.batch, columns: shape.batch)
    }
    let scratch = GuardedBuffer(
      [Float](repeating: nothing, count: shape.scratchCount(threads: compute.threads)))
    compute.convolve(
      view(x), weights: weights.pointer, shape, bias: bias.map { UnsafePointer($0.pointer) },
      activation: activation, into: view(y), scratch: scratch.pointer)
    let gradientScratch = GuardedBuffer(
      [Float](repeating: nothing, count: shape.gradientScratchCount(threads: compute.threads)))
    compute.convolutionGradients(
      view(dy), view(x), weights: weights.pointer, shape, into: dw.pointer, inputGradient: view(dx),
      scratch: gradientScratch.pointer)
    output = y.values
    weightGradient = dw.values
    inputGradient = dx.values
    isWithinMemory = [x, dy, y, dx, dw, weights, scratch, gradientScratch].allSatisfy(\.isUntouchedBefore)
  }
}
