internal import EspalierData
internal import EspalierNetworks
internal import EspalierTensors

extension PruningEvidence {
  /// The samples; traps where there are none.
  var calibrationSamples: Dataset {
    guard let samples, samples.count > 0 else {
      preconditionFailure("this criterion needs calibration samples, and the evidence has none")
    }
    return samples
  }

  /// Presents the calibration samples batch by batch, in their order, by default to workspaces for derivatives, which keep all
  /// activations until the backward pass.
  func forEachBatch(
    for network: Network, batchSize: Int, purpose: Workspace.Purpose = .derivatives,
    _ body: (BatchMemory, Compute) -> Void
  ) {
    let samples = calibrationSamples
    let compute = Compute.current
    let batches = BatchMemory.forEpoch(
      of: network, samples: samples.count, batchSize: batchSize, purpose: purpose, loss: loss)
    let indices = Array(0..<Int32(samples.count))
    var first = 0
    while first < indices.count {
      let memory = batches.memory(for: indices.count - first)
      indices[first..<first + memory.workspace.batchSize].withUnsafeBufferPointer {
        memory.load($0, from: samples, on: compute)
      }
      memory.present()
      body(memory, compute)
      first += memory.workspace.batchSize
    }
  }
}
