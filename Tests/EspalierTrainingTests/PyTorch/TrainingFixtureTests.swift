import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

/// The whole story on a small network against PyTorch: five steps of Adam, pruning by standard deviation, five more.
///
/// Ten steps of 0.01 move a weight by 0.1 at most, in proportion to moments that are off by the gradients' error of some
/// 1e−6 relative to the largest gradient; the small gradients' quotients m / √v are off by some 1e−4. That is 1e−5 on
/// a weight.
@Suite struct TrainingFixtureTests {
  private struct File: Decodable {
    let sizes: [Int]
    let learningRate: Double
    let pruneAfter: Int
    let sensitivity: Double
    let x: FixtureArray
    let labels: [Int32]
    let initial: [String: FixtureArray]
    let beforePruning: [String: FixtureArray]
    let thresholds: [String: Double]
    let masks: [String: FixtureArray]
    let losses: [Double]
    let finalLoss: Double
    let final: [String: FixtureArray]

    var network: Network {
      var generator = Xoshiro256(seed: 0)
      var network = Network.perceptron(sizes: sizes, using: &generator)
      network.visitParameters { path, parameter in parameter.values = initial[path.description]!.tensor }
      return network
    }

    var dataset: Dataset {
      Dataset(
        samples: .floats(x.values), sampleShape: [sizes[0]],
        answers: .classes(labels, count: sizes.last!))
    }
  }

  static let tolerance = 1e-5

  @Test(arguments: ComputeCase.all)
  func matchesPyTorch(_ way: ComputeCase) throws {
    let file = try Fixture.json(File.self, "pytorch/training.json")
    way {
      var network = file.network
      var trainer = Trainer(
        epochs: file.pruneAfter, batchSize: file.labels.count,
        optimizer: Adam(learningRate: file.learningRate))
      var losses = trainer.train(&network, on: file.dataset).epochs.map(\.loss)
      check(network, file.beforePruning, "before pruning, \(way)")

      for pruned in network.prune(standardDeviations: file.sensitivity) {
        let expected = file.thresholds[pruned.path.description]!
        #expect(abs(Double(pruned.threshold) - expected) < Self.tolerance, "\(pruned.path), \(way)")
        let mask = network[pruned.path]!.mask!
        let bits = (0..<mask.count).map { mask[$0] ? 1 : 0 as Float }
        #expect(bits == file.masks[pruned.path.description]!.values, "\(pruned.path), \(way)")
      }

      trainer.epochs = file.losses.count - file.pruneAfter
      losses += trainer.train(&network, on: file.dataset).epochs.map(\.loss)
      check(network, file.final, "at the end, \(way)")
      #expect(losses.count == file.losses.count)
      for (step, (loss, expected)) in zip(losses, file.losses).enumerated() {
        #expect(abs(loss - expected) < Self.tolerance, "loss of step \(step), \(way)")
      }
      #expect(abs(network.evaluate(on: file.dataset).loss - file.finalLoss) < Self.tolerance, "\(way)")
    }
  }

  private func check(_ network: Network, _ expected: [String: FixtureArray], _ place: String) {
    #expect(network.parameters.count == expected.count)
    for (path, parameter) in network.parameters {
      let values = parameter.values.values
      #expect(
        largestDifference(values, expected[path.description]!) < Self.tolerance, "\(path) \(place)")
      if let mask = parameter.mask {
        #expect(values.enumerated().allSatisfy { mask[$0] || $1.bitPattern == 0 }, "\(path) \(place)")
      }
    }
  }
}
