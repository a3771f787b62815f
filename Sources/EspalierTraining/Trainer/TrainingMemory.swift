internal import EspalierData
internal import EspalierNetworks
internal import EspalierTensors

/// The memory of a training, planned anew whenever the network's parameters have changed their patterns.
struct TrainingMemory {
  let dataset: Dataset
  let validation: Dataset?
  let threads: Int
  var epochRun: EpochRun?
  private var evaluator: Evaluator?
  private var evaluatedPatterns: PatternRecord?

  init(dataset: Dataset, validation: Dataset?, threads: Int) {
    self.dataset = dataset
    self.validation = validation
    self.threads = threads
  }

  /// Plans an epoch for the network as it is now, if it has not been done. The old plan is gone before the new one takes
  /// memory.
  mutating func plan(for network: inout Network, trainer: Trainer) {
    guard !(epochRun?.patterns.holds(for: &network) ?? false) else { return }
    (epochRun, evaluator) = (nil, nil)
    epochRun = EpochRun(of: network, dataset: dataset, trainer: trainer, threads: threads)
  }

  /// Evaluates the network as it is now; nil without a validation set.
  mutating func evaluate(_ network: inout Network, loss: any Loss, on compute: Compute) -> Evaluation? {
    guard let validation else { return nil }
    if evaluator == nil || !evaluatedPatterns!.holds(for: &network) {
      evaluator = nil
      evaluator = Evaluator(network, dataset: validation, loss: loss, batchSize: 256)
      evaluatedPatterns = PatternRecord(of: network)
    }
    return evaluator!.evaluate(network, on: compute)
  }
}
