internal import EspalierNetworks
internal import EspalierTensors

/// The ways to compute a linear layer or, the first and `packed`, a convolution.
public enum OperatorKind: String, Sendable, Codable, CaseIterable {
  /// All weights, by the backend's dense product, then a pass for bias and activation.
  case dense
  /// All weights in one pass without a BLAS: for few samples.
  case smallDense = "small-dense"
  /// The survivors in the order of training: measured against others from eight samples up, and the rule's choice from 17.
  case packed
  /// The survivors, eight rows at a time: the rule's choice for two to sixteen samples, measured against others up to 32.
  case rowGroups = "row-groups"
  /// The survivors, sixteen rows at a time, for one sample.
  case vector
  /// The survivors in whole blocks of rows and columns, where the mask consists of such, for any batch.
  case blocks
  /// As many slots in every sixteen inputs of a row, where the mask is n:m-sparse, for a few samples.
  case nOfM = "n-of-m"
}

extension OperatorKind {
  /// So few weights may always be laid out densely.
  private static let mostSmallWeights = 1 << 16
  /// Larger layers of less density are never laid out densely: the time of a dense product does not fall with the survivors,
  /// and at these densities it was the slower one at every batch measured.
  private static func leastDenseDensity(_ set: InstructionSet) -> Double { set == .portable ? 0.1 : 0.25 }
  /// The largest batch for which the layouts for few samples may be the fastest.
  private static let largestSmallBatch = 32

  /// Those of the candidates that need no structure of the mask.
  static func unstructured(
    for layer: Linear, batchSize: Int, _ set: InstructionSet
  ) -> [OperatorKind] {
    let weight = layer.weight
    var kinds: [OperatorKind] = []
    if mayBeDense(weight, set) { kinds = batchSize <= largestSmallBatch ? [.dense, .smallDense] : [.dense] }
    guard weight.survivors < weight.count else { return kinds.isEmpty ? [.dense] : kinds }
    if batchSize == 1 { return kinds + [.vector] }
    if batchSize <= largestSmallBatch { kinds.append(.rowGroups) }
    return batchSize >= 8 || kinds.isEmpty ? kinds + [.packed] : kinds
  }

  /// Whether a dense product may be the fastest, and its matrix may be made for that: for small layers, and for those that
  /// are dense enough. That of a packed one takes at most seven times the memory of its survivors.
  private static func mayBeDense(_ weight: Parameter, _ set: InstructionSet) -> Bool {
    weight.count <= mostSmallWeights
      || weight.count <= Parameter.mostDenseValues && weight.density >= leastDenseDensity(set)
  }

  /// Of the candidates the one that the densities and sizes of everyday layers suggest.
  static func rule(
    for layer: Linear, batchSize: Int, among candidates: [OperatorKind], _ set: InstructionSet
  ) -> OperatorKind {
    let general: [OperatorKind] = batchSize <= 16 ? [.vector, .rowGroups, .packed] : [.packed]
    let sparse = [.blocks, .nOfM] + general
    if layer.weight.density <= 0.5, let kind = sparse.first(where: candidates.contains) { return kind }
    let isNarrow = set == .portable ? layer.weight.count <= 1 << 12 && batchSize <= 4 : batchSize <= 12
    return isNarrow && candidates.contains(.smallDense) ? .smallDense : candidates[0]
  }

  /// The layer computed this way, with values kept as told where the layout can.
  func make(for layer: Linear, values: SparseVectorLayout.Values) -> any PlanOperator {
    var layer = layer
    switch self {
    case .dense:
      layer.weight.unpack()
      return LayerOperator(layer: layer)
    case .packed:
      layer.weight.pack()
      return LayerOperator(layer: layer)
    case .smallDense: return LayoutOperator.smallDense(layer)
    case .rowGroups: return LayoutOperator.rowGroups(layer)
    case .vector: return LayoutOperator.vector(layer, values: values)
    case .blocks: return LayoutOperator.blocks(layer)
    case .nOfM: return LayoutOperator.nOfM(layer)
    }
  }
}
