/// How the rank of a factorised layer is chosen; never less than 1, nor more than the smaller side of its matrix.
public enum RankChoice: Sendable, Hashable {
  /// The smallest rank whose singular values hold at least this share of Σ s², in 0…1: of the weights' squares, or, where the
  /// inputs weight them, of the outputs' mean square.
  case energy(Double)
  /// The same rank for all layers; the full rank of those that have less.
  case rank(Int)
  /// The largest rank r with r · (inputs + outputs) + residual weights at most this share, above 0 and at most 1, of
  /// inputs · outputs: so many multiplications of the layer's are left.
  case multiplyAccumulates(Double)

  /// Traps on a choice that no layer can be given.
  func requireValid() {
    switch self {
    case .energy(let share): precondition((0...1).contains(share), "an energy of \(share) is not in 0…1")
    case .rank(let rank): precondition(rank > 0, "a rank of \(rank) is not positive")
    case .multiplyAccumulates(let share):
      precondition(share > 0 && share <= 1, "a share of \(share) of the multiplications is not in 0…1")
    }
  }
}
