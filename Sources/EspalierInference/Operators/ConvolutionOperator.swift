internal import EspalierNetworks
internal import EspalierTensors

/// A convolution with its bias and the activation after it, for batches of one size.
struct ConvolutionOperator: PlanOperator {
  let kind: OperatorKind
  let byteCount: Int
  private let layer: Conv2d
  /// The weights in the order of the dense products; nil where the survivors are multiplied.
  private let layout: ConvolutionLayout?

  /// All weights, laid out once for all batches.
  static func dense(_ layer: Conv2d) -> ConvolutionOperator {
    var layer = layer
    layer.weight.unpack()
    let layout = layer.denseLayout
    return ConvolutionOperator(kind: .dense, byteCount: layout.byteCount, layer: layer, layout: layout)
  }

  /// The survivors.
  static func packed(_ layer: Conv2d) -> ConvolutionOperator {
    var layer = layer
    layer.weight.pack()
    return ConvolutionOperator(
      kind: .packed, byteCount: layer.weight.pattern!.byteCount, layer: layer, layout: nil)
  }

  var storedLayer: (any Layer)? { layer }

  func run(_ context: LayerContext, on compute: Compute) {
    if let layout {
      layer.forward(context, layout, on: compute)
    } else {
      layer.forward(context, on: compute)
    }
  }

  private init(kind: OperatorKind, byteCount: Int, layer: Conv2d, layout: ConvolutionLayout?) {
    (self.kind, self.byteCount, self.layer, self.layout) = (kind, byteCount, layer, layout)
  }

  /// The ways that may be the fastest for a layer, the one that everyday layers suggest first.
  static func candidates(for layer: Conv2d) -> [OperatorKind] {
    let weight = layer.weight
    guard layer.packsWeights, weight.survivors < weight.count else { return [.dense] }
    if weight.count > Parameter.mostDenseValues || weight.density < leastDenseDensity { return [.packed] }
    return weight.density <= mostPackedDensity ? [.packed, .dense] : [.dense, .packed]
  }

  /// Below this the dense products were the slower ones at every size and batch measured.
  private static let leastDenseDensity = 0.05
  /// Up to this the survivors took less time with most sizes and batches.
  private static let mostPackedDensity = 0.3

  /// The layer computed one of those ways.
  static func make(_ kind: OperatorKind, for layer: Conv2d) -> ConvolutionOperator {
    kind == .packed ? packed(layer) : dense(layer)
  }
}
