import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierRecipes
import EspalierTensors
import EspalierTraining
import Testing

/// Whole experiments on drawn digits: few, and shrunk to 14 × 14 by taking every other pixel of every other row.
@Suite struct ExperimentTests {
  private static func digits(_ count: Int, from first: Int) -> Dataset {
    let all = Dataset.builtInDigits(seed: 4, trainingCount: 900, testCount: 1).training.slice(
      first..<first + count)
    let values = all.tensor.values
    var small: [Float] = []
    for sample in 0..<count {
      for row in 0..<14 {
        for column in 0..<14 { small.append(values[sample * 784 + row * 56 + column * 2]) }
      }
    }
    return Dataset(samples: .floats(small), sampleShape: [1, 14, 14], answers: all.answers)
  }

  private static let training = digits(600, from: 0)
  private static let test = digits(300, from: 600)

  /// Two convolutions with strides, and a hidden layer.
  private func network() -> Network {
    var generator = Xoshiro256(seed: 6)
    return Network(input: [1, 14, 14]) {
      Conv2d(inputs: 1, outputs: 8, kernel: 3, stride: 2, using: &generator).named("conv1")
      ReLU()
      Conv2d(inputs: 8, outputs: 16, kernel: 3, stride: 2, using: &generator).named("conv2")
      ReLU()
      Flatten()
      Linear(inputs: 16 * 4, outputs: 32, using: &generator).named("fc1")
      ReLU()
      Linear(inputs: 32, outputs: 10, using: &generator).named("fc2")
    }
  }

  private func experiment(
    _ target: StructuredTarget, rounds: Int = 1, _ pruner: StructuredPruner = StructuredPruner()
  ) -> PruneChannelsAndRetrain {
    PruneChannelsAndRetrain(
      settings: TrainingSettings(learningRate: 0.005, batchSize: 20, seed: 2), epochs: 6, retrainEpochs: 4,
      pruner: pruner, target: target, rounds: rounds)
  }

  @Test func whatNoWeightsCanReachIsRefusedBeforeTheTraining() {
    let impossible = [
      experiment(.atMost(.amount(10), .multiplyAccumulates)), experiment(.channels(1)),
      experiment(
        .channels(0.5), StructuredPruner(importance: GroupImportance(MagnitudeCriterion(), slices: .scales))),
    ]
    for experiment in impossible {
      #expect(throws: (any Error).self) {
        try experiment.run(network(), training: Self.training, test: Self.test) { _ in
          Issue.record("the training has begun")
          return .stop
        }
      }
    }
  }

  private struct Outcome {
    var dense: PruneAndRetrain.Stage!
    var pruned: [(stage: PruneAndRetrain.Stage, report: StructuredReport)] = []
    var retrained: [PruneAndRetrain.Stage] = []
  }

  private func run(
    _ experiment: PruneChannelsAndRetrain, measure: @escaping (Network) -> Double = { _ in 1 }
  ) throws -> Outcome {
    var outcome = Outcome()
    let end = try experiment.run(network(), training: Self.training, test: Self.test, measure: measure) {
      event in
      switch event {
      case .training: break
      case .trained(let stage): outcome.dense = stage
      case .pruned(let stage, let round, let report):
        #expect(round == outcome.pruned.count + 1)
        outcome.pruned.append((stage, report))
      case .retrained(let stage, _): outcome.retrained.append(stage)
      }
      return .proceed
    }
    #expect(end == .finished)
    return outcome
  }

  @Test func halfTheChannelsGoAndTheRestLearnsAgain() throws {
    let outcome = try run(experiment(.channels(0.5)))
    let (dense, last) = (outcome.dense!, outcome.retrained[0])
    #expect(last.network.widths == [4, 8, 16])
    #expect(dense.network.widths == [8, 16, 32])
    let macs = (dense.network.multiplyAccumulates.dense, last.network.multiplyAccumulates.dense)
    #expect(Double(macs.0) / Double(macs.1) > 2.9, "\(macs)")
    #expect(dense.evaluation.accuracy > 0.4, "\(dense.evaluation.accuracy)")
    let pruned = outcome.pruned[0].stage.evaluation
    #expect(last.evaluation.loss < pruned.loss && last.evaluation.accuracy > pruned.accuracy)
    #expect(last.evaluation.accuracy > dense.evaluation.accuracy - 0.1, "\(last.evaluation.accuracy)")
    #expect(last.history.epochs.count == 4 && outcome.pruned[0].stage.history.epochs.isEmpty)
  }

  @Test func roundsLeadToTheSameCounts() throws {
    let outcome = try run(experiment(.channels(0.5), rounds: 2))
    #expect(outcome.pruned.map(\.stage.network.widths) == [[6, 11, 23], [4, 8, 16]])
    #expect(outcome.pruned[1].report.layers[0].channels.before == 6)
  }

  @Test func targetsAreMetByTheLastRound() throws {
    let whole = network()
    let most = 0.3 * Double(whole.multiplyAccumulates.dense)
    for target in [
      StructuredTarget.atMost(.share(0.3), .multiplyAccumulates),
      .atMost(.amount(most), .multiplyAccumulates),
    ] {
      let pruner = StructuredPruner(
        importance: ImportanceName.taylor.importance(), ranking: .global, minimumKept: 2)
      let outcome = try run(experiment(target, rounds: 2, pruner))
      let macs = outcome.retrained.map { Double($0.network.multiplyAccumulates.dense) }
      #expect(macs[1] <= most && macs[0] > most, "\(macs)")
    }
  }

  @Test func latenciesAreThoseOfTheMeasure() throws {
    let outcome = try run(experiment(.atMost(.share(0.5), .latency))) {
      2e-6 * Double($0.multiplyAccumulates.dense)
    }
    let latency = try #require(outcome.pruned[0].report.latency)
    #expect(latency.after <= latency.before / 2)
    #expect(latency.after == 2e-6 * Double(outcome.retrained[0].network.multiplyAccumulates.dense))
  }

  @Test func theFactsSayWhatWasAskedFor() {
    let facts = experiment(.atMost(.share(0.3), .latency), rounds: 3, StructuredPruner(multiple: 8)).facts
    let words = facts.map { "\($0.name): \($0.value)" }
    for fact in [
      "recipe: train, remove whole channels, retrain, in 3 rounds", "target: at most 30.00 % of the latency",
      "channel counts: multiples of 8",
    ] { #expect(words.contains(fact), "\(words)") }
  }

  @Test func itStopsWhenTold() throws {
    let end = try experiment(.channels(0.5)).run(network(), training: Self.training, test: Self.test) {
      if case .trained = $0 { .stop } else { .proceed }
    }
    #expect(end == .stoppedByObserver)
  }
}
