internal import EspalierNetworks
internal import EspalierTensors

/// The layer as it is: dense on the backend, or packed.
struct LayerOperator: PlanOperator {
  let layer: Linear

  var kind: OperatorKind { layer.weight.isPacked ? .packed : .dense }
  var byteCount: Int {
    layer.weight.pattern?.byteCount ?? layer.weight.storedCount * MemoryLayout<Float>.stride
  }

  var storedLayer: (any Layer)? { layer }

  func run(_ context: LayerContext, on compute: Compute) { layer.forward(context, on: compute) }
}

/// A product with weights that were laid out for it when the operator was made.
struct LayoutOperator: PlanOperator {
  /// Computes Y = f(W · X + bias).
  typealias Product =
    @Sendable (
      _ x: MatrixView, _ bias: UnsafePointer<Float>?, _ f: Activation?, _ y: MatrixView, _ compute: Compute
    ) -> Void

  let kind: OperatorKind
  let byteCount: Int
  private let bias: Parameter?
  private let product: Product

  init(_ kind: OperatorKind, _ layer: Linear, byteCount: Int, product: @escaping Product) {
    self.kind = kind
    self.byteCount = byteCount
    bias = layer.bias
    self.product = product
  }

  func run(_ context: LayerContext, on compute: Compute) {
    bias.withBaseAddress { product(context.input, $0, context.fusedActivation, context.output, compute) }
  }
}

extension LayoutOperator {
  /// All weights of a small layer in one pass, a vector lane a row.
  static func smallDense(_ layer: Linear) -> LayoutOperator {
    let layout = SmallDenseLayout(layer.weight.values)
    return LayoutOperator(.smallDense, layer, byteCount: layout.byteCount) { x, bias, f, y, compute in
      compute.multiply(layout, by: x, bias: bias, activation: f, into: y)
    }
  }

  /// The survivors, eight rows at a time, for a few samples.
  static func rowGroups(_ layer: Linear) -> LayoutOperator {
    let layout = SparseSmallBatchLayout(layer.weight.compressedRows)
    return LayoutOperator(.rowGroups, layer, byteCount: layout.byteCount) { x, bias, f, y, compute in
      compute.multiply(layout, by: x, bias: bias, activation: f, into: y)
    }
  }

  /// The survivors, sixteen rows at a time, for one sample; in single precision where half holds one of them no more.
  static func vector(_ layer: Linear, values: SparseVectorLayout.Values) -> LayoutOperator {
    let matrix = layer.weight.compressedRows
    let fits = values == .single || SparseVectorLayout.halfPrecisionHolds(matrix.values)
    let layout = SparseVectorLayout(matrix, values: fits ? values : .single)
    return LayoutOperator(.vector, layer, byteCount: layout.byteCount) { x, bias, f, y, compute in
      compute.multiply(layout, by: x.base, bias: bias, activation: f, into: y.base)
    }
  }

  /// The survivors in whole blocks, for any batch; traps where the layer's mask has no blocks that pay.
  static func blocks(_ layer: Linear) -> LayoutOperator {
    let layout = SparseBlockLayout(layer.weight.compressedRows)!
    return LayoutOperator(.blocks, layer, byteCount: layout.byteCount) { x, bias, f, y, compute in
      compute.multiply(layout, by: x, bias: bias, activation: f, into: y)
    }
  }

  /// As many slots in every window of inputs, for a few samples; traps where the layer's mask has no such pattern that pays.
  static func nOfM(_ layer: Linear) -> LayoutOperator {
    let layout = SparseNOfMLayout(layer.weight.compressedRows)!
    return LayoutOperator(.nOfM, layer, byteCount: layout.byteCount) { x, bias, f, y, compute in
      compute.multiply(layout, by: x, bias: bias, activation: f, into: y)
    }
  }
}

extension Parameter {
  /// The survivors by rows.
  var compressedRows: CompressedRows {
    packed.map { CompressedRows($0) } ?? CompressedRows(values, mask: mask)
  }
}
