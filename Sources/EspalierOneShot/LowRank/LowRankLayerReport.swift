public import EspalierTensors

/// What became of one layer in a factorisation of low rank.
public struct LowRankLayerReport: Sendable, Hashable, Codable {
  /// The name of its node.
  public let name: String
  /// The rank that it has now; nil where it stays as it was, because it would not have become smaller.
  public internal(set) var rank: Int?
  /// The smaller side of its matrix.
  public let fullRank: Int
  /// Weights of the sparse layer beside the factors.
  public internal(set) var residual = 0
  /// Weights that were not pruned before.
  public let valuesBefore: Int
  /// Weights of all the layers that it is now.
  public internal(set) var valuesAfter: Int
  /// How often a weight is used for one sample: 1, or the pixels of a convolution's output.
  public let positions: Int
  /// The mean squared error of the layer's outputs over their mean square, both on the calibration samples and without biases;
  /// without samples, of its weights. 0 where it stays.
  public internal(set) var relativeError = 0.0

  /// The damping of the moments that was needed; 0 where none are inverted.
  public internal(set) var damping = 0.0

  init(name: String, fullRank: Int, valuesBefore: Int, positions: Int) {
    self.name = name
    self.fullRank = fullRank
    self.valuesBefore = valuesBefore
    self.positions = positions
    valuesAfter = valuesBefore
  }

  /// Multiplications for one sample before, without those of pruned weights.
  public var multiplyAccumulatesBefore: Int { valuesBefore * positions }
  /// Multiplications for one sample now.
  public var multiplyAccumulatesAfter: Int { valuesAfter * positions }
}

/// A layer that cannot be factorised as asked.
public struct LowRankError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Why not.
  public enum Reason: Sendable, Hashable {
    /// Rank 1 already takes more multiplications a position than the share that was asked for.
    case noRoom(multiplyAccumulates: Int, least: Int)
    /// Its weights or its inputs' moments have no decomposition.
    case factorisation(FactorisationError)
  }

  /// The name of its node.
  public let layer: String
  /// Why.
  public let reason: Reason

  /// One line.
  public var description: String { "layer \(layer): \(expectation)" }

  private var expectation: String {
    switch reason {
    case .noRoom(let all, let least):
      "expected room for \(least) of its \(all) multiplications, which rank 1 takes, found less"
    case .factorisation(let error): "\(error)"
    }
  }
}
