internal import EspalierNetworks
internal import EspalierTensors

/// How a plan chooses the operator of each layer.
public struct OperatorSelection: Sendable {
  private let measures: Bool
  private let cache: CalibrationCache?

  /// A rule of density and batch size: the same on every machine and at every time.
  public static let fixed = OperatorSelection(measures: false, cache: nil)

  /// By the clock: each operator that can compute the layer runs for a few milliseconds, and the fastest is taken. What
  /// was found is kept in `cache`, if there is one, for layers of the same size and density.
  public static func calibrated(cache: CalibrationCache? = nil) -> OperatorSelection {
    OperatorSelection(measures: true, cache: cache)
  }

  func choose(for layer: Linear, batchSize: Int, on compute: Compute) -> any LinearOperator {
    let kinds = OperatorKind.candidates(for: layer, batchSize: batchSize)
    if kinds.count == 1 { return kinds[0].make(for: layer) }
    guard measures else { return OperatorKind.rule(kinds, for: layer).make(for: layer) }
    let key = CalibrationKey(layer, batchSize: batchSize, compute)
    if let known = cache?[key], kinds.contains(known) { return known.make(for: layer) }
    let contenders = kinds.map { $0.make(for: layer) }
    let fastest = Calibration.fastest(of: contenders, layer: layer, batchSize: batchSize, on: compute)
    cache?.remember(fastest.kind, for: key)
    return fastest
  }
}

extension OperatorKind {
  /// The ways that can compute a layer for a batch; dense first.
  static func candidates(for layer: Linear, batchSize: Int) -> [OperatorKind] {
    guard layer.weight.survivors < layer.weight.count else { return [.dense] }
    guard layer.weight.count <= Self.mostDenseWeights else { return [.packed] }
    return [.dense, .packed]
  }

  /// Layers with more weights than this are never made dense.
  private static let mostDenseWeights = 1 << 28

  /// Below this density survivors take less time than all weights.
  private static let crossoverDensity = 0.5

  static func rule(_ kinds: [OperatorKind], for layer: Linear) -> OperatorKind {
    layer.weight.density <= crossoverDensity ? kinds[1] : kinds[0]
  }

  func make(for layer: Linear) -> any LinearOperator {
    var layer = layer
    switch self {
    case .dense: layer.weight.unpack()
    case .packed: layer.weight.pack()
    }
    return LayerOperator(layer: layer)
  }
}
