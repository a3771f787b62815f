public import EspalierPruning

/// The criteria that can be chosen by name.
public enum CriterionName: String, Sendable, Codable, CaseIterable {
  /// Drawn at random.
  case random
  /// |w|.
  case magnitude
  /// w².
  case l2
  /// |w · g|.
  case taylor
  /// (w · g)².
  case taylorSquared = "taylor-squared"
  /// |w · g| of a network that was not trained yet.
  case snip
  /// w · H g.
  case grasp
  /// |w · ∂R/∂w|, in 100 rounds.
  case synflow
  /// w² over the sum of the squares that are not smaller.
  case lamp
  /// ½ · w² · mean(g²).
  case fisher
  /// |w| · ‖x‖₂.
  case wanda
  /// The mean magnitude of the neuron's answers.
  case meanActivation = "mean-activation"
  /// The share of the neuron's answers that are not zero.
  case apoz
  /// The distance from the other rows.
  case fpgm

  /// The criterion.
  public var criterion: any PruningCriterion {
    switch self {
    case .random: RandomCriterion()
    case .magnitude: MagnitudeCriterion()
    case .l2: SquaredMagnitudeCriterion()
    case .taylor, .snip: TaylorCriterion()
    case .taylorSquared: TaylorCriterion(squared: true)
    case .grasp: GraSPCriterion()
    case .synflow: SynapticFlowCriterion()
    case .lamp: LAMPCriterion()
    case .fisher: FisherCriterion()
    case .wanda: WandaCriterion()
    case .meanActivation: MeanActivationCriterion()
    case .apoz: AverageZerosCriterion()
    case .fpgm: GeometricMedianCriterion()
    }
  }
}

extension CriterionName {
  /// How the scores of a row's or column's weights become one: averaged where they are the neuron's own, added where they have
  /// signs, else their L2 norm.
  public var pooling: ScorePooling {
    switch self {
    case .meanActivation, .apoz, .fpgm: .mean
    case .grasp: .sum
    default: .norm(2)
    }
  }
}

/// The patterns that can be chosen by name.
public enum PatternName: Sendable, Hashable, CustomStringConvertible {
  /// Single weights: `weights`.
  case weights
  /// Single weights, as many of each row: `weights-per-row`.
  case weightsPerRow
  /// Rows: `rows`.
  case rows
  /// Columns: `columns`.
  case columns
  /// The whole parameter: `layer`.
  case layer
  /// N of every M neighbours, written `2:4`.
  case nOfM(Int, Int)
  /// Blocks of rows × columns, written `4x1`.
  case blocks(Int, Int)

  /// How names are written, for messages.
  public static let forms =
    "weights, weights-per-row, rows, columns, layer, N:M such as 2:4, or ROWSxCOLUMNS such as 4x1"

  /// The pattern of a name; nil if there is none.
  public init?(_ name: String) {
    switch name {
    case "weights": self = .weights
    case "weights-per-row": self = .weightsPerRow
    case "rows": self = .rows
    case "columns": self = .columns
    case "layer": self = .layer
    default:
      if let (kept, group) = Self.pair(name, ":"), kept <= group {
        self = .nOfM(kept, group)
      } else if let (height, width) = Self.pair(name, "x") {
        self = .blocks(height, width)
      } else {
        return nil
      }
    }
  }

  private static func pair(_ name: String, _ separator: Character) -> (Int, Int)? {
    let parts = name.split(separator: separator, omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let first = parts[0], let second = parts[1], first > 0, second > 0,
      second < 1 << 20, first < 1 << 20
    else { return nil }
    return (first, second)
  }

  /// The name.
  public var description: String {
    switch self {
    case .weights: "weights"
    case .weightsPerRow: "weights-per-row"
    case .rows: "rows"
    case .columns: "columns"
    case .layer: "layer"
    case .nOfM(let kept, let group): "\(kept):\(group)"
    case .blocks(let height, let width): "\(height)x\(width)"
    }
  }

  /// The pattern, the scores of a row or column pooled as the criterion wants it.
  public func pattern(pooling: ScorePooling = .norm(2)) -> any PruningPattern {
    switch self {
    case .weights: SingleWeights()
    case .weightsPerRow: SingleWeights(within: .row)
    case .rows: Rows(pooling: pooling)
    case .columns: Columns(pooling: pooling)
    case .layer: WholeParameter()
    case .nOfM(let kept, let group): NOfM(kept, of: group)
    case .blocks(let height, let width): Blocks(height: height, width: width)
    }
  }
}

extension PatternName: Codable {
  /// From the name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let pattern = PatternName(name) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected \(Self.forms), found \(name)")
    }
    self = pattern
  }

  /// As the name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// The distributions that can be chosen by name.
public enum DistributionName: String, Sendable, Codable, CaseIterable {
  /// The same share of each layer.
  case uniform
  /// One threshold for all.
  case global
  /// Erdős–Rényi.
  case er
  /// Erdős–Rényi, kernels included.
  case erk

  /// The distribution.
  public var distribution: any PruningDistribution {
    switch self {
    case .uniform: UniformDistribution()
    case .global: GlobalDistribution()
    case .er: ErdosRenyiDistribution(includesKernel: false)
    case .erk: ErdosRenyiDistribution()
    }
  }
}
