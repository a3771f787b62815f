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

/// The layer as it is: dense on the backend, or packed.
struct LayerOperator: LinearOperator {
  let layer: Linear

  var kind: OperatorKind { layer.weight.isPacked ? .packed : .dense }
  var byteCount: Int {
    layer.weight.pattern?.byteCount ?? layer.weight.storedCount * MemoryLayout<Float>.stride
  }

  func run(_ context: LayerContext, on compute: Compute) { layer.forward(context, on: compute) }
}

/// All weights of a small layer in one pass, a vector lane a row.
struct SmallDenseOperator: LinearOperator {
  private let layout: SmallDenseLayout
  private let bias: Parameter?

  init(_ layer: Linear) {
    layout = SmallDenseLayout(layer.weight.values)
    bias = layer.bias
  }

  var kind: OperatorKind { .smallDense }
  var byteCount: Int { layout.byteCount }

  func run(_ context: LayerContext, on compute: Compute) {
    bias.withBaseAddress {
      compute.multiply(
        layout, by: context.input, bias: $0, activation: context.fusedActivation, into: context.output)
    }
  }
}

/// The survivors, eight rows at a time, for a few samples.
struct RowGroupsOperator: LinearOperator {
  private let layout: SparseSmallBatchLayout
  private let bias: Parameter?

  init(_ layer: Linear) {
    layout = SparseSmallBatchLayout(layer.weight.compressedRows)
    bias = layer.bias
  }

  var kind: OperatorKind { .rowGroups }
  var byteCount: Int { layout.byteCount }

  func run(_ context: LayerContext, on compute: Compute) {
    bias.withBaseAddress {
      compute.multiply(
        layout, by: context.input, bias: $0, activation: context.fusedActivation, into: context.output)
    }
  }
}

/// The survivors, sixteen rows at a time, for one sample.
struct VectorOperator: LinearOperator {
  private let layout: SparseVectorLayout
  private let bias: Parameter?

  init(_ layer: Linear) {
    layout = SparseVectorLayout(layer.weight.compressedRows)
    bias = layer.bias
  }

  var kind: OperatorKind { .vector }
  var byteCount: Int { layout.byteCount }

  func run(_ context: LayerContext, on compute: Compute) {
    bias.withBaseAddress {
      compute.multiply(
        layout, by: context.input.base, bias: $0, activation: context.fusedActivation,
        into: context.output.base
      )
    }
  }
}

extension Parameter? {
  /// Lends the first of the stored values, nil without a parameter.
  func withBaseAddress(_ body: (UnsafePointer<Float>?) -> Void) {
    guard let self else { return body(nil) }
    self.withUnsafeStoredValues { body($0.baseAddress) }
  }
}

extension Parameter {
  /// The survivors by rows.
  var compressedRows: CompressedRows {
    guard let packed else { return CompressedRows(values, mask: mask) }
    let (starts, columns) = packed.pattern.compressedRows
    return CompressedRows(
      rows: shape[0], columns: shape[1], rowStarts: starts, columnIndices: columns,
      values: packed.rowMajorValues)
  }
}
