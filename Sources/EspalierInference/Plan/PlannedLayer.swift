internal import EspalierNetworks

/// A linear layer or convolution of a plan, and what one batch costs there.
public struct PlannedLayer: Sendable {
  /// The name of the layer's node.
  public let name: String
  /// The operator chosen.
  public let kind: OperatorKind
  /// Input features, or channels of a convolution.
  public let inputs: Int
  /// Output features, or channels of a convolution.
  public let outputs: Int
  /// Weights, pruned ones included.
  public let weights: Int
  /// Weights that are left.
  public let survivors: Int
  /// How often a sample meets each weight: once, or once for each output pixel of a convolution.
  public let positions: Int
  /// The samples of a batch that are computed this way.
  public let samples: Int
  /// The bytes of weights and positions that a batch reads.
  public let byteCount: Int

  /// The layer of a node for so many samples, computed in so many batches; nil where it is neither linear nor a convolution.
  init?(_ node: Network.Node, chosen: any PlanOperator, samples: Int, batches: Int) {
    let weight: Parameter
    if let layer = node.layer as? Conv2d {
      (inputs, outputs, weight) = (layer.inputs, layer.outputs, layer.weight)
      positions = node.outputShape.dropFirst().reduce(1, *)
    } else if let layer = node.layer.linear {
      (inputs, outputs, weight) = (layer.inputs, layer.outputs, layer.weight)
      positions = 1
    } else {
      return nil
    }
    name = node.name
    kind = chosen.kind
    (weights, survivors) = (weight.count, weight.survivors)
    self.samples = samples
    byteCount = batches * chosen.byteCount
  }

  /// The share of weights that are left, in 0…1; 1 for a layer without weights.
  public var density: Double { weights == 0 ? 1 : Double(survivors) / Double(weights) }

  /// The floating-point operations on survivors for one sample.
  public var operationsPerSample: Int { 2 * survivors * positions }
}
