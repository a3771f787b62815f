internal import EspalierData
internal import EspalierNetworks
internal import EspalierTensors

/// The memory of a training, planned anew whenever the network's parameters have changed their patterns.
struct TrainingMemory {
  var evaluator: Evaluator?
  var epochRun: EpochRun?
  private var patterns: [SparsePattern?] = []

  /// Plans for the network as it is now, if it has not been done. The old plan is gone before the new one takes memory.
  mutating func plan(
    for network: Network, on dataset: Dataset, validation: Dataset?, trainer: Trainer, threads: Int
  ) {
    let present = network.parameters.map(\.parameter.pattern)
    guard epochRun == nil || !patterns.elementsEqual(present, by: ===) else { return }
    (epochRun, evaluator, patterns) = (nil, nil, present)
    evaluator = validation.map { Evaluator(network, dataset: $0, loss: trainer.loss, batchSize: 256) }
    epochRun = EpochRun(of: network, dataset: dataset, trainer: trainer, threads: threads)
  }
}
