internal import EspalierNetworks
internal import EspalierTensors

/// One way to compute a layer with weights, with its bias and the activation after it, for batches of one size.
///
/// Immutable: many threads may run it at once, each on memory of its own.
protocol PlanOperator: Sendable {
  /// Which way it is.
  var kind: OperatorKind { get }
  /// The bytes of weights and positions that one batch reads.
  var byteCount: Int { get }
  /// The layer in the form whose working memory the operator uses; nil where it needs none.
  var storedLayer: (any Layer)? { get }
  /// Computes the context's output from its input.
  func run(_ context: LayerContext, on compute: Compute)
}

extension PlanOperator {
  /// None.
  var storedLayer: (any Layer)? { nil }
}
