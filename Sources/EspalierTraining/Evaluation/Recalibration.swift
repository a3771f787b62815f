public import EspalierData
public import EspalierNetworks
internal import EspalierTensors

extension Network {
  /// Measures the running statistics of batch normalisation anew, as the network is now: each becomes the mean of the batches'
  /// means and unbiased variances, weighted by their samples, over all samples in their order.
  ///
  /// Pruning changes what layers put out, and running statistics of before no longer describe it; weights stay as they are.
  /// Batches are normalised by their own statistics and dropout drops, as in training; the same call gives the same numbers.
  /// Costs a forward pass over the samples; nothing without batch normalisation, or without samples.
  ///
  /// Source: D. Li et al., "EagleEye: fast sub-net evaluation for efficient neural network pruning" (ECCV 2020).
  ///
  /// Traps when the samples do not have the network's input shape, or the batch size is below 1.
  public mutating func recalibrateBatchNorm(on samples: Dataset, batchSize: Int = 256) {
    precondition(batchSize > 0, "a batch holds at least one sample, not \(batchSize)")
    samples.requireFit(self)
    guard samples.count > 0, !statistics.isEmpty else { return }
    let compute = Compute.current
    let loss: any Loss = samples.classCount == nil ? MeanSquaredError() : CrossEntropy()
    let batches = BatchMemory.forEpoch(
      of: self, samples: samples.count, batchSize: batchSize, purpose: .training, loss: loss)
    let indices = Array(0..<Int32(samples.count))
    var first = 0
    while first < indices.count {
      let memory = batches.memory(for: indices.count - first)
      let size = memory.workspace.batchSize
      indices[first..<first + size].withUnsafeBufferPointer {
        memory.load($0, from: samples, on: compute)
      }
      memory.present()
      memory.workspace.setRandomKey(UInt64(first))
      forward(in: memory.workspace, on: compute)
      first += size
      updateStatistics(in: memory.workspace, share: Float(size) / Float(first))
    }
  }
}
