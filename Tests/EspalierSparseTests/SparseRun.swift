import EspalierTensors

/// The three products of a packed case, computed one way.
struct SparseRun {
  let compute: Compute
  let matrix: SparseMatrix
  let batch: Int

  private var scratchCount: Int {
    matrix.pattern.scratchCount(batch: batch, threads: compute.threads, inputGradient: true)
  }

  func multiply(_ x: [Float], bias: [Float]?, activation: Activation? = nil) -> [Float] {
    var y = [Float](repeating: .nan, count: matrix.pattern.rows * batch)
    withViews(x, matrix.pattern.columns, &y, matrix.pattern.rows) { x, y, scratch in
      matrix.values.withUnsafeValues { values in
        compute.multiply(
          matrix.pattern, values: values.baseAddress!, by: x, bias: bias, activation: activation, into: y,
          scratch: scratch)
      }
    }
    return y
  }

  func multiplyTransposed(_ dy: [Float]) -> [Float] {
    var dx = [Float](repeating: .nan, count: matrix.pattern.columns * batch)
    withViews(dy, matrix.pattern.rows, &dx, matrix.pattern.columns) { dy, dx, scratch in
      matrix.values.withUnsafeValues { values in
        compute.multiply(
          transposed: matrix.pattern, values: values.baseAddress!, by: dy, into: dx, scratch: scratch)
      }
    }
    return dx
  }

  /// The stream of gradients as a matrix.
  func sampledProduct(_ dy: [Float], _ x: [Float]) -> SparseMatrix {
    var dy = dy
    var gradient = SparseMatrix(zeros: matrix.pattern)
    gradient.withUnsafeMutableValues { stream in
      stream.update(repeating: .nan)
      withViews(x, matrix.pattern.columns, &dy, matrix.pattern.rows) { x, dy, scratch in
        compute.sampledProduct(dy, x, matrix.pattern, into: stream.baseAddress!, scratch: scratch)
      }
    }
    return gradient
  }

  private func withViews(
    _ input: [Float], _ inputRows: Int, _ output: inout [Float], _ outputRows: Int,
    _ body: (MatrixView, MatrixView, UnsafeMutablePointer<Float>) -> Void
  ) {
    var input = input
    var scratch = [Float](repeating: .nan, count: scratchCount + 1)
    let mark = scratch.count - 1
    input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        scratch.withUnsafeMutableBufferPointer { scratch in
          scratch[mark] = 12345
          body(
            MatrixView(base: input.baseAddress!, rows: inputRows, columns: batch),
            MatrixView(base: output.baseAddress!, rows: outputRows, columns: batch), scratch.baseAddress!)
          precondition(scratch[mark] == 12345, "more scratch memory was written than asked for")
        }
      }
    }
  }
}
