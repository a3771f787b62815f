public import EspalierNetworks
internal import EspalierTensors

/// How much each unit of a dependency group matters: what a criterion says of the weights that go with the unit.
///
/// With the score s of every weight, the importance of unit u is
///
///     I(u) = reduce over the group's slices of pool over the slice's weights of s
///
/// where a slice is what the unit takes of one parameter: a neuron's row and the next layer's column, a filter, its
/// normalisation's scale and the next convolution's input planes. Pruned weights have no say, and biases and shifts none
/// either. A unit that scores least goes first.
///
/// Source: G. Fang et al., "DepGraph: Towards any structural pruning" (CVPR 2023), section 3.3, who add up the norms of all
/// slices; H. Li et al., "Pruning filters for efficient convnets" (ICLR 2017) look at the filters alone.
public struct GroupImportance: Sendable {
  /// Which of a group's slices have a say.
  public enum Slices: Sendable, Hashable {
    /// All: weights that make the channels and those that read them.
    case all
    /// Only weights that make the channels: rows and filters. For criteria that tell of a neuron rather than of a weight.
    case makers
    /// Only scales of normalisations. Source: Z. Liu et al., "Learning efficient convolutional networks through network
    /// slimming" (ICCV 2017).
    case scales
  }

  /// How the slices' numbers become the unit's.
  public enum Reduction: String, Sendable, Hashable, Codable, CaseIterable {
    /// Their sum.
    case sum
    /// Their mean; ranks like the sum, except between groups that are not normalised.
    case mean
    /// The largest.
    case maximum = "max"
    /// That of the first slice, of the layer that makes the channels.
    case first
  }

  /// The score of each weight.
  public var criterion: any PruningCriterion
  /// How the scores of a slice become a number.
  public var pooling: ScorePooling
  /// How the numbers of the slices become the unit's.
  public var reduction: Reduction
  /// Which slices have a say.
  public var slices: Slices
  /// Whether importances are divided by their mean over the group, so that groups compare with each other.
  public var isNormalized: Bool

  /// An importance; by default the L2 norms of the weights of all slices, added up, in units of the group's mean.
  public init(
    _ criterion: any PruningCriterion = MagnitudeCriterion(), pooling: ScorePooling = .norm(2),
    reduction: Reduction = .sum, slices: Slices = .all, isNormalized: Bool = true
  ) {
    self.criterion = criterion
    self.pooling = pooling
    self.reduction = reduction
    self.slices = slices
    self.isNormalized = isNormalized
  }

  /// The importance of every unit of a group, in the order of the units.
  ///
  /// Throws where none of the group's slices has a say. Traps when the group is not of the evidence's network.
  public func scores(
    of group: DependencyGroup, from evidence: PruningEvidence
  ) throws(GroupWithoutScores) -> [Double] {
    var cache = WeightScores(criterion, evidence)
    return try scores(of: group, &cache)
  }

  func scores(of group: DependencyGroup, _ weights: inout WeightScores) throws(GroupWithoutScores) -> [Double]
  {
    let voting = group.slices.filter { slices.contain($0, of: weights.parameter(at: $0.path)) }
    guard !voting.isEmpty else { throw GroupWithoutScores(group: group.name, slices: slices) }
    let pooled = voting.prefix(reduction == .first ? 1 : voting.count).map { slice in
      pool(slice, unitCount: group.unitCount, weights.scores(at: slice.path))
    }
    let scores = (0..<group.unitCount).map { unit in reduction.reduce(pooled.map { $0[unit] }) }
    let mean = scores.reduce(0, +) / Double(scores.count)
    return isNormalized && mean > 0 ? scores.map { $0 / mean } : scores
  }

  private func pool(_ slice: CoupledSlice, unitCount: Int, _ weights: WeightScores.Scored) -> [Double] {
    let shape = weights.candidates.shape
    var unitOfIndex = [Int32](repeating: -1, count: shape[slice.axis])
    for unit in 0..<unitCount {
      for index in slice.indices[unit] { unitOfIndex[index] = Int32(unit) }
    }
    let inner = shape.dropFirst(slice.axis + 1).reduce(1, *)
    let units = (0..<weights.candidates.count).map { index in
      unitOfIndex[weights.candidates.place(of: index) / inner % shape[slice.axis]]
    }
    let pooled = pooling.pool(
      weights.scores, alive: weights.candidates.alive, units: units, count: unitCount)
    // A unit all of whose weights are pruned matters to nobody.
    return zip(pooled.scores, pooled.counts).map { $1 == 0 ? 0 : Double($0) }
  }
}

/// A dependency group none of whose parameters an importance looks at, such as one without normalisations where only their
/// scales count.
public struct GroupWithoutScores: Error, Sendable, Hashable, CustomStringConvertible {
  /// The group's name.
  public let group: String
  /// What was looked at.
  public let slices: GroupImportance.Slices

  /// One line.
  public var description: String {
    let expected =
      switch slices {
      case .all: "weights"
      case .makers: "weights that make its channels"
      case .scales: "a normalisation whose scales tell what matters"
      }
    return "group \(group): expected \(expected), found none"
  }
}

/// The scores of the parameters that were asked for so far; one parameter may belong to two groups.
struct WeightScores {
  typealias Scored = (candidates: PruningCandidates, scores: Tensor)

  private let criterion: any PruningCriterion
  private let evidence: PruningEvidence
  private let parameters: [ParameterPath: Parameter]
  private var known: [ParameterPath: Scored] = [:]

  init(_ criterion: any PruningCriterion, _ evidence: PruningEvidence) {
    self.criterion = criterion
    self.evidence = evidence
    parameters = Dictionary(uniqueKeysWithValues: evidence.network.parameters.map { ($0.path, $0.parameter) })
  }

  func parameter(at path: ParameterPath) -> Parameter {
    guard let parameter = parameters[path] else {
      preconditionFailure("a group with \(path) is of another network")
    }
    return parameter
  }

  mutating func scores(at path: ParameterPath) -> Scored {
    if let known = known[path] { return known }
    let candidates = PruningCandidates(path, parameter(at: path))
    let scored = (candidates, criterion.scores(of: candidates, from: evidence))
    known[path] = scored
    return scored
  }
}

extension GroupImportance.Slices {
  /// Whether a slice of such a parameter has a say.
  fileprivate func contain(_ slice: CoupledSlice, of parameter: Parameter) -> Bool {
    switch self {
    case .all: parameter.role != .bias
    case .makers: parameter.role == .weight && slice.side == .makes
    case .scales: parameter.role == .scale
    }
  }
}

extension GroupImportance.Reduction {
  fileprivate func reduce(_ numbers: [Double]) -> Double {
    switch self {
    case .sum: numbers.reduce(0, +)
    case .mean: numbers.reduce(0, +) / Double(numbers.count)
    case .maximum: numbers.max()!
    case .first: numbers[0]
    }
  }
}
