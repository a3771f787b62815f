internal import EspalierFormats
public import EspalierPruning
internal import EspalierTensors

/// What an experiment found, as `report.json` stores it. Accuracies are fractions in 0…1.
public struct RunReport: Sendable, Codable {
  /// Quality and cost of a trained network.
  public struct Trained: Sendable, Codable {
    /// Accuracy on the test set.
    public let accuracy: Double
    /// Mean loss on the test set.
    public let loss: Double
    /// Seconds of training, evaluation after each epoch included.
    public let seconds: Double
  }

  /// Quality of the network that was just pruned.
  public struct Pruned: Sendable, Codable {
    /// Accuracy on the test set.
    public let accuracy: Double
    /// Mean loss on the test set.
    public let loss: Double
  }

  /// One parameter after retraining.
  public struct Layer: Sendable, Codable {
    /// Its path, such as `fc1.weight`.
    public let name: String
    /// Values that are not zero.
    public let nonzero: Int
    /// All values.
    public let total: Int
    /// The magnitude below which weights were pruned; null where nothing was.
    public let threshold: Float?
    /// Its shape.
    public let shape: [Int]

    /// All keys always, so that readers need not test for them.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      try container.encode(nonzero, forKey: .nonzero)
      try container.encode(total, forKey: .total)
      try container.encode(threshold, forKey: .threshold)
      try container.encode(shape, forKey: .shape)
    }
  }

  /// The model's name or layer sizes.
  public let model: String
  /// The data set's name or folder.
  public let dataset: String
  /// The backend.
  public let backend: String
  /// OpenBLAS's core, or `swift` for the reference backend.
  public let core: String
  /// The most threads used.
  public let threads: Int
  /// The seed of everything random.
  public let seed: UInt64
  /// The dense network.
  public let dense: Trained
  /// The pruned network.
  public let pruned: Pruned
  /// The retrained network.
  public let retrained: Trained
  /// Values that are not zero after retraining.
  public let alive: Int
  /// All values of the dense network.
  public let total: Int
  /// total / alive.
  public let compression: Double
  /// The parameters.
  public let layers: [Layer]
  /// What the dense and the retrained network cost.
  public let cost: CostComparison
  /// What became of each layer's channels, where whole channels were removed.
  public let channels: StructuredReport?

  /// The report of the experiment's three stages, computed as the current task computes.
  public init(
    model: String, dataset: String, seed: UInt64, dense: PruneAndRetrain.Stage, pruned: PruneAndRetrain.Stage,
    retrained: PruneAndRetrain.Stage, thresholds: [PrunedParameter], cost: CostComparison,
    channels: StructuredReport? = nil
  ) {
    let compute = Compute.current
    self.model = model
    self.dataset = dataset
    backend = compute.backend.rawValue
    core = compute.coreName
    threads = compute.threads
    self.seed = seed
    self.dense = Trained(dense)
    self.pruned = Pruned(accuracy: pruned.evaluation.accuracy, loss: pruned.evaluation.loss)
    self.retrained = Trained(retrained)
    let survivors = SurvivorReport(of: retrained.network)
    alive = survivors.alive
    total = SurvivorReport(of: dense.network).total
    compression = Double(total) / Double(survivors.alive)
    layers = survivors.layers(thresholds: thresholds)
    self.cost = cost
    self.channels = channels
  }

  /// Writes the report as indented JSON, atomically.
  public func write(to path: String) throws {
    try AtomicFile.write(Array("\(try JSONText.encode(self, indented: true))\n".utf8), to: path)
  }
}

extension SurvivorReport {
  /// The rows, each with the threshold it was pruned by if it was.
  public func layers(thresholds: [PrunedParameter]) -> [RunReport.Layer] {
    rows.map { row in
      RunReport.Layer(
        name: row.path.description, nonzero: row.nonzero, total: row.total,
        threshold: thresholds.first { $0.path == row.path && $0.threshold.isFinite }?.threshold,
        shape: row.shape)
    }
  }
}

extension RunReport.Trained {
  fileprivate init(_ stage: PruneAndRetrain.Stage) {
    self.init(accuracy: stage.evaluation.accuracy, loss: stage.evaluation.loss, seconds: stage.seconds)
  }
}
