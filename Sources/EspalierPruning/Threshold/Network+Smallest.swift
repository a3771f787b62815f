public import EspalierNetworks

/// What weights are compared with when the smallest are to go.
public enum PruningScope: String, Sendable, Hashable, Codable, CaseIterable {
  /// The weights of their own parameter: every parameter loses the same share.
  case eachParameter
  /// The selected weights of the whole network: one threshold for all.
  case network
}

extension Network {
  /// Prunes the smallest magnitudes until the given share of the selected weights is gone, those that were pruned before
  /// included; in the same order as a sort by magnitude with ties by index, without a sort.
  ///
  /// The number pruned is exactly ⌊sparsity · weights⌉, halves rounded to even, of each parameter or of all together; a layer may lose everything.
  /// Traps unless the sparsity lies in 0…1. A sparsity below the present one changes nothing. Returns what happened to each
  /// selected parameter; `threshold` is the largest magnitude that went, 0 where none did. A `Pruner` has more to choose from.
  @discardableResult
  public mutating func prune(
    sparsity: Double, within scope: PruningScope, _ selection: ParameterSelection = .weights
  ) -> [PrunedParameter] {
    switch scope {
    case .network:
      return Pruner(distribution: GlobalDistribution(), selection: selection, minimumKept: 0)
        .prune(&self, to: .sparsity(sparsity))
    case .eachParameter:
      let paths = parameters.filter { selection.contains($0.path, $0.parameter) }.map(\.path)
      return paths.flatMap { wanted in
        Pruner(selection: ParameterSelection { path, _ in path == wanted }, minimumKept: 0)
          .prune(&self, to: .sparsity(sparsity))
      }
    }
  }
}
