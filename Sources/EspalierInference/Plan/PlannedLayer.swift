internal import EspalierNetworks

/// A linear layer of a plan, and what one batch costs there.
public struct PlannedLayer: Sendable {
  /// The name of the layer's node.
  public let name: String
  /// The operator chosen.
  public let kind: OperatorKind
  /// Input features.
  public let inputs: Int
  /// Output features.
  public let outputs: Int
  /// Weights that are left.
  public let survivors: Int
  /// The samples of a batch that are computed this way.
  public let samples: Int
  /// The bytes of weights and positions that a batch reads.
  public let byteCount: Int

  /// The layer for so many samples, computed in so many batches.
  init(name: String, layer: Linear, chosen: any LinearOperator, samples: Int, batches: Int) {
    self.name = name
    kind = chosen.kind
    inputs = layer.inputs
    outputs = layer.outputs
    survivors = layer.weight.survivors
    self.samples = samples
    byteCount = batches * chosen.byteCount
  }

  /// The share of weights that are left, in 0…1; 1 for a layer without weights.
  public var density: Double {
    inputs == 0 || outputs == 0 ? 1 : Double(survivors) / Double(inputs) / Double(outputs)
  }

  /// The floating-point operations on survivors for one sample.
  public var operationsPerSample: Int { 2 * survivors }
}
