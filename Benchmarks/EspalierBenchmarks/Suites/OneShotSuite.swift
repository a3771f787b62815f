import Espalier

/// Pruning without retraining: what networks trained on images lose by each method, what their layers' outputs lose, and how
/// long a large layer takes, here and in PyTorch.
enum OneShotSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    try largeLayer(run)
    let data = try BenchmarkData.find()
    for model in run.isQuick ? [OneShotModel.leNet300100] : OneShotModel.all {
      let networks = trained(model, on: data.training, run)
      let images = data.training.prefix(512)
      try accuracies(of: networks, model, images, data, run)
      try order(of: networks, model, images, run)
    }
  }

  private static func trained(
    _ model: OneShotModel, on training: Dataset, _ run: BenchmarkRun
  ) -> [Network] {
    let seeds = run.seed..<run.seed + (run.isQuick ? 1 : 3)
    return seeds.map { seed in
      ProgressNote.show("oneshot: training \(model.name), seed \(seed)")
      var generator = Xoshiro256(seed: seed)
      var network = model.make(&generator)
      var trainer = TrainingSettings(seed: seed).trainer(epochs: run.isQuick ? 2 : model.epochs)
      trainer.train(&network, on: run.isQuick ? training.prefix(6400) : training)
      return network
    }
  }
}

/// A network that is pruned without retraining.
struct OneShotModel: Sendable {
  let name: String
  let epochs: Int
  let make: @Sendable (inout Xoshiro256) -> Network

  static let leNet300100 = OneShotModel(name: "LeNet-300-100", epochs: 15) { .leNet300100(using: &$0) }
  static let leNet5 = OneShotModel(name: "LeNet-5", epochs: 8) { .leNet5(using: &$0) }
  static let all = [leNet300100, leNet5]
}
