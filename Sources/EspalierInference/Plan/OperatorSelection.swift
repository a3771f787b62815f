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
    guard measures else { return OperatorKind.rule(for: layer, batchSize: batchSize).make(for: layer) }
    let key = CalibrationKey(layer, batchSize: batchSize, kinds, compute)
    if let known = cache?[key], kinds.contains(known) { return known.make(for: layer) }
    let contenders = kinds.map { $0.make(for: layer) }
    let fastest = Calibration.fastest(of: contenders, layer: layer, batchSize: batchSize, on: compute)
    cache?.remember(fastest.kind, for: key)
    return fastest
  }
}
