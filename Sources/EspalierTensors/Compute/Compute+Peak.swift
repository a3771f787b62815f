internal import CEspalierKernels

extension Compute {
  /// Runs chains of fused multiply-adds that stay in registers, `iterations` times on each of the threads, and returns
  /// the floating-point operations done.
  ///
  /// What they take is the shortest time in which the processor can do so many: the peak that products are held against.
  package func multiplyAddChains(iterations: Int) -> Double {
    var operations = [Double](repeating: 0, count: threads)
    operations.withUnsafeMutableBufferPointer { done in
      split(threads, (kernel: kernels.peak_fma, iterations, done)) { chains, part in
        let (kernel, iterations, done) = chains
        var sink: Float = 0
        for thread in part { done[thread] = kernel(iterations, &sink) }
      }
    }
    return operations.reduce(0, +)
  }
}
