import Espalier

/// What physical compaction is worth after unstructured pruning: LeNet-300-100, trained, 98 % of its weights pruned, all layers
/// together, and what nothing reads or what is constant taken out.
enum CompactionSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    let data = try BenchmarkData.find()
    let pruned = pruned(on: run.isQuick ? data.training.prefix(6400) : data.training, run)
    let compacted = pruned.compacted()
    let inputs = data.test.prefix(128).tensor.reshaped(to: [128] + pruned.inputShape)
    run.count(
      "\(data.name): largest difference of an output", unit: "of the largest", goal: .count(atMost: 1e-5)
    ) {
      difference(pruned.predict(inputs), compacted.predict(inputs))
    }
    for (name, network) in [("pruned", pruned), ("compacted", compacted)] {
      for layer in NetworkCost(of: network).layers where layer.parameters > 0 {
        run.count("\(name): \(layer.name)", unit: "outputs") { Double(layer.outputShape[0]) }
      }
    }
    run.count("values stored densely, pruned over compacted", unit: "times", goal: .count(atLeast: 1.01)) {
      Double(pruned.parameterCount) / Double(compacted.parameterCount)
    }
    for batch in [1, 128] {
      try run.compare("prediction of \(batch), compacted", goal: .timesAsFast(atLeast: 1)) {
        (prediction(compacted, inputs, batch, run), prediction(pruned, inputs, batch, run))
      }
    }
  }

  private static func pruned(on training: Dataset, _ run: BenchmarkRun) -> Network {
    var generator = run.makeGenerator()
    var network = Network.leNet300100(using: &generator)
    for epochs in run.isQuick ? [1, 1] : [5, 5] {
      var trainer = Trainer(epochs: epochs)
      trainer.train(&network, on: training)
      Pruner(distribution: GlobalDistribution()).prune(&network, to: .sparsity(0.98))
    }
    return network
  }

  private static func prediction(
    _ network: Network, _ inputs: Tensor, _ batch: Int, _ run: BenchmarkRun
  ) -> Contender {
    let features = network.inputShape.reduce(1, *)
    let samples = Tensor(inputs.values.prefix(batch * features), shape: [batch, features])
    return Prediction(network, inputs: samples, on: run.compute).contender()
  }

  private static func difference(_ a: Tensor, _ b: Tensor) -> Double {
    let largest = a.values.reduce(0) { max($0, abs($1)) }
    return Double(zip(a.values, b.values).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest)
  }
}
