public import EspalierTensors

/// A way to prune one layer without training: which weights go, and what becomes of those that stay.
public protocol LayerPruningMethod: Sendable {
  /// Whether the weights that stay change, to make up for those that go; methods that only choose leave them as they are.
  var reconstructs: Bool { get }

  /// What can be done once for all amounts.
  ///
  /// Throws where the moments are not finite.
  func prepare(_ problem: ReconstructionProblem, on compute: Compute) throws(FactorisationError)
    -> any PreparedLayer
}

extension LayerPruningMethod {
  /// They change.
  public var reconstructs: Bool { true }
}

/// A layer that a method is ready to prune.
public protocol PreparedLayer: Sendable {
  /// The layer pruned; what was pruned before stays so, and counts.
  func solution(_ amount: LayerAmount, on compute: Compute) throws(FactorisationError) -> LayerSolution
}

/// How much of a layer goes.
public enum LayerAmount: Sendable, Hashable, CustomStringConvertible {
  /// So many weights, wherever they are.
  case count(Int)
  /// All but `kept` of every `of` consecutive columns of a row; of what is left at the end, as many at most.
  case nOfM(kept: Int, of: Int)

  /// The count, or the pattern such as 2:4.
  public var description: String {
    switch self {
    case .count(let count): "\(count)"
    case .nOfM(let kept, let group): "\(kept):\(group)"
    }
  }
}

/// A pruned layer.
public struct LayerSolution: Sendable {
  /// Ŵ, [outputs, width]; zeros outside the mask.
  public let weights: Tensor
  /// Which weights stay, [outputs, columns].
  public let kept: Mask
  /// The damping of the moments that was needed; 0 for methods without any.
  public let damping: Double
}
