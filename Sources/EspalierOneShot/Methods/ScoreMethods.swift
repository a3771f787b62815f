public import EspalierPruning
public import EspalierTensors

/// The weights of the smallest |w| go; the others stay as they are. The baseline.
public struct MagnitudeMethod: LayerPruningMethod {
  /// Among which weights the smallest are looked for.
  public let comparison: SingleWeights.Comparison

  /// The method; weights are compared over the whole layer by default.
  public init(comparison: SingleWeights.Comparison = .parameter) { self.comparison = comparison }
  /// They stay as they are.
  public var reconstructs: Bool { false }
  /// Scores |w|.
  public func prepare(_ problem: ReconstructionProblem, on compute: Compute) throws(FactorisationError)
    -> any PreparedLayer
  {
    try ScoredLayer(problem, comparison: comparison) { weight, _ in abs(weight) }
  }
}

/// Wanda: the weights of the smallest |w| · ‖x‖₂ in each row go; the others stay as they are.
///
/// Rows of the same number of weights suit layers whose rows weigh about the same. Where many outputs hardly matter, as in small
/// perceptrons, comparing over the layer loses far less; the masks are then those of `OptimalBrainDamage`.
///
/// Source: M. Sun, Z. Liu, A. Bair and J. Z. Kolter, "A simple and effective pruning approach for large language models"
/// (ICLR 2024).
public struct WandaMethod: LayerPruningMethod {
  /// Among which weights the smallest are looked for.
  public let comparison: SingleWeights.Comparison

  /// The method; weights are compared within each row by default, as in the paper.
  public init(comparison: SingleWeights.Comparison = .row) { self.comparison = comparison }
  /// They stay as they are.
  public var reconstructs: Bool { false }
  /// Scores |w| · √H[p, p].
  public func prepare(_ problem: ReconstructionProblem, on compute: Compute) throws(FactorisationError)
    -> any PreparedLayer
  {
    try ScoredLayer(problem, comparison: comparison) { weight, moment in abs(weight) * moment.squareRoot() }
  }
}

/// Optimal brain damage: the weights of the smallest ½ · H[p, p] · w² go; the others stay as they are. It takes H for a
/// diagonal matrix.
///
/// Source: Y. LeCun, J. S. Denker and S. A. Solla, "Optimal brain damage" (NIPS 1989).
public struct OptimalBrainDamage: LayerPruningMethod {
  /// The method.
  public init() {}
  /// They stay as they are.
  public var reconstructs: Bool { false }
  /// Scores ½ · H[p, p] · w², compared over the layer.
  public func prepare(_ problem: ReconstructionProblem, on compute: Compute) throws(FactorisationError)
    -> any PreparedLayer
  {
    try ScoredLayer(problem, comparison: .parameter) { weight, moment in moment * weight * weight / 2 }
  }
}

/// A layer whose weights have scores.
private struct ScoredLayer: PreparedLayer {
  private let problem: ReconstructionProblem
  private let comparison: SingleWeights.Comparison
  private let scores: Tensor

  init(
    _ problem: ReconstructionProblem, comparison: SingleWeights.Comparison,
    score: (_ weight: Float, _ moment: Float) -> Float
  ) throws(FactorisationError) {
    _ = try problem.moments.finiteMatrix()
    self.problem = problem
    self.comparison = comparison
    let moments = (0..<problem.columns).map { problem.moments[$0, $0] }
    scores = Tensor(shape: [problem.rows, problem.columns]) { scores in
      problem.weights.withUnsafeValues { weights in
        for row in 0..<problem.rows {
          for (column, moment) in moments.enumerated() {
            scores.initializeElement(
              at: row * moments.count + column, to: score(weights[row * problem.width + column], moment))
          }
        }
      }
    }
  }

  func solution(_ amount: LayerAmount, on compute: Compute) -> LayerSolution {
    let kept: Mask
    switch amount {
    case .nOfM(let count, let group): kept = problem.kept(by: scores, NOfM(count, of: group), count: 0)
    case .count(let pruned):
      let count = problem.keptCount(pruning: pruned)
      kept = problem.kept(by: scores, SingleWeights(within: comparison), count: count)
    }
    return LayerSolution(weights: problem.weights.masked(by: kept), kept: kept, damping: 0)
  }
}
