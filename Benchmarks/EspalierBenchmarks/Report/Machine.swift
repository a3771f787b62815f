import Espalier

/// What the numbers were measured on.
struct Machine: Encodable {
  let processor: String
  let processors: Int
  let backend: String
  let core: String
  let instructionSet: String
  let threads: Int
  let seed: UInt64
  /// Fused multiply-adds in registers, on all threads of the run.
  let peakGigaflops: Double

  init(_ compute: Compute, peakGigaflops: Double, seed: UInt64) {
    processor = processorName ?? "unknown"
    processors = ThreadCount.available
    backend = compute.backend.rawValue
    core = compute.coreName
    instructionSet = compute.instructionSet.rawValue
    threads = compute.threads
    self.seed = seed
    self.peakGigaflops = peakGigaflops
  }
}

extension Machine: CustomStringConvertible {
  var description: String {
    """
    processor        \(processor) (\(processors) processors)
    backend          \(backend), core \(core)
    instruction set  \(instructionSet)
    peak             \(peakGigaflops.formatted(decimals: 1)) GFLOP/s of fused multiply-adds
    threads          \(threads)
    seed             \(seed)
    """
  }
}
