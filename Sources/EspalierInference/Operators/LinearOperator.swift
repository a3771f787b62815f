internal import EspalierNetworks
internal import EspalierTensors

/// One way to compute a linear layer, with its bias and the activation after it, for batches of one size.
///
/// Immutable: many threads may run it at once, each on memory of its own.
protocol LinearOperator: Sendable {
  /// Which way it is.
  var kind: OperatorKind { get }
  /// The bytes of weights and positions that one batch reads.
  var byteCount: Int { get }
  /// Computes the context's output from its input.
  func run(_ context: LayerContext, on compute: Compute)
}

/// The ways to compute a linear layer.
public enum OperatorKind: String, Sendable, Codable, CaseIterable {
  /// All weights, by the backend's dense product.
  case dense
  /// The survivors in the order of training, for batches from sixteen samples up.
  case packed
}

extension Linear {
  /// The bytes that one product reads of the weights as they are stored.
  var storedByteCount: Int {
    weight.pattern?.byteCount ?? weight.storedCount * MemoryLayout<Float>.stride
  }
}

/// The layer as it is: dense on the backend, or packed.
struct LayerOperator: LinearOperator {
  let layer: Linear

  var kind: OperatorKind { layer.weight.isPacked ? .packed : .dense }
  var byteCount: Int { layer.storedByteCount }
  func run(_ context: LayerContext, on compute: Compute) { layer.forward(context, on: compute) }
}
