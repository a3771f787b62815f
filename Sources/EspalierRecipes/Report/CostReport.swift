public import EspalierInference
public import EspalierNetworks

/// What a network costs, as `inspect --json` prints and `report.json` stores it: parameters, multiplications, memory, file
/// and, where it was measured, time; in total and layer by layer.
public struct CostReport: Sendable, Hashable, Codable {
  /// What one layer costs.
  public struct Layer: Sendable, Hashable, Codable {
    /// What is counted.
    public let counts: NetworkCost.Layer
    /// The median time of its step for one batch; nil where it was not measured or no step is its own.
    public let seconds: Double?

    /// The counts' members beside the time, which is null where there is none.
    public func encode(to encoder: any Encoder) throws {
      try counts.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(seconds, forKey: .seconds)
    }

    /// Reads what `encode(to:)` wrote.
    public init(from decoder: any Decoder) throws {
      counts = try NetworkCost.Layer(from: decoder)
      seconds = try decoder.container(keyedBy: CodingKeys.self).decode(Double?.self, forKey: .seconds)
    }

    init(_ counts: NetworkCost.Layer, seconds: Double?) {
      self.counts = counts
      self.seconds = seconds
    }

    private enum CodingKeys: CodingKey { case seconds }
  }

  /// Values of all parameters, pruned ones included.
  public let parameters: Int
  /// Values that are not pruned.
  public let survivors: Int
  /// Multiplications of a weight by an activation for one sample, all weights counted.
  public let multiplyAccumulates: Int
  /// Multiplications of weights that are not pruned.
  public let survivingMultiplyAccumulates: Int
  /// Bytes of all layers' outputs for one sample.
  public let activationBytes: Int
  /// The samples of the batch that working memory and times are for.
  public let batchSize: Int
  /// Bytes that the prediction of a batch works in at most, by the layers as they are; see `NetworkCost`.
  public let workspaceBytes: Int
  /// Bytes of the network's file; nil where there is none.
  public let fileBytes: Int?
  /// The median time of a batch; nil where it was not measured.
  public let seconds: Double?
  /// The layers in the order of the network.
  public let layers: [Layer]

  /// The report of a network for batches of `batchSize` samples, computed as the current task computes; traps when `profile`
  /// is of batches of another size.
  public init(
    of network: Network, batchSize: Int = 1, fileBytes: Int? = nil, profile: PlanProfile? = nil
  ) {
    precondition(
      profile.map { $0.batchSize == batchSize } ?? true,
      "times of batches of \(profile!.batchSize) samples do not fit a report for \(batchSize)")
    let cost = NetworkCost(of: network, batchSize: batchSize)
    parameters = cost.parameters
    survivors = cost.survivors
    multiplyAccumulates = cost.multiplyAccumulates
    survivingMultiplyAccumulates = cost.survivingMultiplyAccumulates
    activationBytes = cost.activationBytes
    self.batchSize = batchSize
    workspaceBytes = cost.workspaceBytes
    self.fileBytes = fileBytes
    seconds = profile?.latency(quantile: 0.5)
    let times = Dictionary((profile?.steps ?? []).map { ($0.name, $0.seconds) }, uniquingKeysWith: +)
    layers = cost.layers.map { Layer($0, seconds: times[$0.name]) }
  }

  /// The report of a network with times that are measured here and now, one sample at a time, for about a tenth of a second.
  public init(measuring network: Network, fileBytes: Int? = nil) {
    let plan = InferencePlan(network, batchSize: 1)
    self.init(of: network, fileBytes: fileBytes, profile: plan.profile(seconds: 0.05))
  }

  /// All keys always, so that readers need not test for them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(parameters, forKey: .parameters)
    try container.encode(survivors, forKey: .survivors)
    try container.encode(multiplyAccumulates, forKey: .multiplyAccumulates)
    try container.encode(survivingMultiplyAccumulates, forKey: .survivingMultiplyAccumulates)
    try container.encode(activationBytes, forKey: .activationBytes)
    try container.encode(batchSize, forKey: .batchSize)
    try container.encode(workspaceBytes, forKey: .workspaceBytes)
    try container.encode(fileBytes, forKey: .fileBytes)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(layers, forKey: .layers)
  }
}

/// What a network cost at the beginning of an experiment and what it costs at its end.
public struct CostComparison: Sendable, Hashable, Codable {
  /// At the beginning.
  public let before: CostReport
  /// At the end.
  public let after: CostReport

  /// The comparison of two reports.
  public init(before: CostReport, after: CostReport) {
    self.before = before
    self.after = after
  }
}
