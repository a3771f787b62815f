public import EspalierNetworks
internal import EspalierTensors

/// What weights are compared with when the smallest are to go.
public enum PruningScope: Sendable, Hashable {
  /// The weights of their own parameter: every parameter loses the same share.
  case eachParameter
  /// The selected weights of the whole network: one threshold for all.
  case network
}

extension Network {
  /// Prunes the smallest magnitudes until the given share of the selected weights is gone, those that were pruned before
  /// included; in the same order as a sort by magnitude with ties by index, without a sort.
  ///
  /// The number pruned is exactly ⌊sparsity · weights⌉, of each parameter or of all together. Traps unless the sparsity
  /// lies in 0…1. A sparsity below the present one changes nothing. Costs three passes over the weights to find the
  /// threshold and one to apply it. Returns what happened to each selected parameter; `threshold` is the largest
  /// magnitude that went, 0 where none did.
  @discardableResult
  public mutating func prune(
    sparsity: Double, within scope: PruningScope, _ selection: ParameterSelection = .weights
  ) -> [PrunedParameter] {
    precondition((0...1).contains(sparsity), "a sparsity lies in 0…1, not \(sparsity)")
    let paths = parameters.filter { selection.contains($0.path, $0.parameter) }.map(\.path)
    switch scope {
    case .network: return prune(paths, to: sparsity)
    case .eachParameter: return paths.flatMap { prune([$0], to: sparsity) }
    }
  }

  private mutating func prune(_ paths: [ParameterPath], to sparsity: Double) -> [PrunedParameter] {
    guard var cut = cut(through: paths, at: sparsity) else { return paths.map(unchanged) }
    var results: [PrunedParameter] = []
    visitParameters { path, parameter in
      guard paths.contains(path) else { return }
      let before = parameter.survivors
      let kept = parameter.kept(by: &cut)
      parameter.prune(keepingCandidates: kept)
      results.append(
        PrunedParameter(path: path, threshold: cut.threshold, before: before, after: parameter.survivors))
    }
    return results
  }

  private func unchanged(_ path: ParameterPath) -> PrunedParameter {
    let survivors = self[path]!.survivors
    return PrunedParameter(path: path, threshold: 0, before: survivors, after: survivors)
  }

  /// Nil when as much is gone already. A function of its own, so that no copy of a parameter is alive when the weights
  /// change and would have to be duplicated.
  private func cut(through paths: [ParameterPath], at sparsity: Double) -> MagnitudeSelection? {
    let group = parameters.filter { paths.contains($0.path) }.map(\.parameter)
    let total = group.reduce(0) { $0 + $1.count }
    let survivors = group.reduce(0) { $0 + $1.survivors }
    let keep = total - Int((sparsity * Double(total)).rounded())
    guard keep < survivors else { return nil }
    return MagnitudeSelection(smallest: survivors - keep, of: group.map(\.candidates))
  }
}

extension Parameter {
  /// The candidates that a cut leaves.
  fileprivate func kept(by cut: inout MagnitudeSelection) -> Mask {
    let (values, mask) = candidates
    var kept = mask ?? Mask(ones: values.shape)
    cut.clear(values, in: &kept)
    return kept
  }
}
