internal import EspalierNetworks
internal import EspalierTensors

/// The survivors in whole blocks, for any batch.
struct BlocksOperator: LinearOperator {
  private let layout: SparseBlockLayout
  private let bias: Parameter?

  /// Traps where the layer's mask has no blocks that pay.
  init(_ layer: Linear) {
    layout = SparseBlockLayout(layer.weight.compressedRows)!
    bias = layer.bias
  }

  var kind: OperatorKind { .blocks }
  var byteCount: Int { layout.byteCount }

  func run(_ context: LayerContext, on compute: Compute) {
    bias.withBaseAddress {
      compute.multiply(
        layout, by: context.input, bias: $0, activation: context.fusedActivation, into: context.output)
    }
  }
}

/// As many slots in every window of inputs, for a few samples.
struct NOfMOperator: LinearOperator {
  private let layout: SparseNOfMLayout
  private let bias: Parameter?

  /// Traps where the layer's mask has no such pattern that pays.
  init(_ layer: Linear) {
    layout = SparseNOfMLayout(layer.weight.compressedRows)!
    bias = layer.bias
  }

  var kind: OperatorKind { .nOfM }
  var byteCount: Int { layout.byteCount }

  func run(_ context: LayerContext, on compute: Compute) {
    bias.withBaseAddress {
      compute.multiply(
        layout, by: context.input, bias: $0, activation: context.fusedActivation, into: context.output)
    }
  }
}
