package import EspalierTensors

extension Compute {
  /// What the times of this machine depend on besides what is computed: processor, backend and its core, instruction set,
  /// threads.
  package var measurementPlace: [String] {
    [
      processorName ?? "unknown processor", backend.rawValue, coreName, instructionSet.rawValue,
      "\(threads) threads",
    ]
  }
}
