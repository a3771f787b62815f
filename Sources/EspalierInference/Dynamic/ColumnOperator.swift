internal import EspalierNetworks
internal import EspalierTensors

/// A linear layer for one sample that reads only the weights of inputs that are not skipped.
struct ColumnOperator: Sendable {
  private enum Weights: Sendable {
    case dense(DenseColumnLayout)
    case sparse(SparseColumnLayout)
  }

  let skipping: ActivationSkipping
  private let weights: Weights
  private let inputs: Int
  private let bias: Parameter?

  init(_ layer: Linear, skipping: ActivationSkipping, isSparse: Bool) {
    self.skipping = skipping
    weights =
      isSparse
      ? .sparse(SparseColumnLayout(layer.weight.compressedRows))
      : .dense(DenseColumnLayout(layer.weight.values))
    inputs = layer.inputs
    bias = layer.bias
  }

  var operation: DynamicOperation {
    switch weights {
    case .dense: .denseColumns
    case .sparse: .sparseColumns
    }
  }

  /// Computes the context's output from its input and returns how many weights it read.
  func run(_ context: LayerContext, _ active: ActiveInputs, on compute: Compute) -> Int {
    active.select(skipping, from: context.input.base, count: inputs, on: compute)
    return bias.withBaseAddress { bias in
      let (f, y) = (context.fusedActivation, context.output.base)
      switch weights {
      case .dense(let layout):
        compute.multiply(layout, by: active, bias: bias, activation: f, into: y)
        return layout.rows * active.count
      case .sparse(let layout):
        return compute.multiply(layout, by: active, bias: bias, activation: f, into: y)
      }
    }
  }
}
