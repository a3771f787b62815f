public import EspalierData
public import EspalierInference
public import EspalierNetworks
internal import EspalierPruning
internal import EspalierTensors
internal import EspalierTraining

/// How the classifier of an early exit is made: trained on the activation at its place, the network itself frozen.
///
/// The classifier is linear, or a perceptron with one hidden layer and ReLU. It is trained by cross-entropy on the classes
/// for half of the epochs, pruned to the share `density` of its weights of the largest magnitude, and retrained, each with
/// Adam and a cosine schedule. Activations other than the input are computed once and kept: 4 bytes for each value of each
/// sample.
public struct ExitTraining: Sendable, Hashable {
  /// Neurons of a hidden layer; nil for a linear classifier.
  public var hidden: Int?
  /// The share of the classifier's weights that is left, above 0 and up to 1.
  public var density: Double
  /// Passes over the data, before and after pruning together.
  public var epochs: Int
  /// Decides initial weights and shuffles.
  public var seed: UInt64

  /// Settings; traps unless there are epochs and the density lies in 0…1, not 0.
  public init(hidden: Int? = nil, density: Double = 0.15, epochs: Int = 10, seed: UInt64 = 1) {
    precondition(density > 0 && density <= 1, "a density is above 0 and at most 1, not \(density)")
    precondition(epochs > 0 && hidden ?? 1 > 0, "\(epochs) epochs and \(hidden ?? 1) hidden neurons")
    self.hidden = hidden
    self.density = density
    self.epochs = epochs
    self.seed = seed
  }

  /// Trains a head at a place of a network; no sample exits until its rule is set.
  ///
  /// Traps when the data set has no classes, does not fit the network, or the network no such place. The same seed gives
  /// the same bits on one backend, instruction set and number of threads.
  public func train(at place: ExitHead.Place, of network: Network, on dataset: Dataset) -> ExitHead {
    let site = ExitSite(place, in: network)
    let activations = dataset.activations(at: site, of: network)
    var generator = Xoshiro256(seed: seed)
    let sizes = [site.features] + (hidden.map { [$0] } ?? []) + [network.outputShape.reduce(1, *)]
    var classifier = Network.perceptron(sizes: sizes, using: &generator)
    let dense = density < 1 ? (epochs + 1) / 2 : epochs
    train(&classifier, on: activations, epochs: dense, after: 0)
    if density < 1 {
      classifier.prune(sparsity: 1 - density, within: .network)
      train(&classifier, on: activations, epochs: epochs - dense, after: dense)
    }
    return ExitHead(at: place, classifier: classifier)
  }

  private func train(_ classifier: inout Network, on dataset: Dataset, epochs: Int, after done: Int) {
    guard epochs > 0 else { return }
    var trainer = Trainer(
      epochs: epochs, optimizer: Adam(learningRate: 0.002), schedule: CosineSchedule(), seed: seed,
      epochsDone: done)
    trainer.train(&classifier, on: dataset)
  }
}

extension Dataset {
  /// What the samples give at a place of a network, with the samples' own classes.
  fileprivate func activations(at site: ExitSite, of network: Network) -> Dataset {
    guard case .classes = answers else { preconditionFailure("heads are trained on classes, not on values") }
    if site.source == .input {
      return Dataset(samples: samples, sampleShape: [featureCount], answers: answers)
    }
    var values: [Float] = []
    values.reserveCapacity(count * site.features)
    for first in stride(from: 0, to: count, by: 4096) {
      let part = slice(first..<min(first + 4096, count)).tensor
      let samples = part.reshaped(to: [part.shape[0]] + network.inputShape)
      values += site.activations(of: network, for: samples).values
    }
    return Dataset(samples: .floats(values), sampleShape: [site.features], answers: answers)
  }
}
