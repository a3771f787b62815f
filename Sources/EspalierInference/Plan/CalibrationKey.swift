internal import EspalierNetworks
internal import EspalierTensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What the result of a measurement depends on, as one text.
struct CalibrationKey: Hashable, Sendable {
  let text: String

  /// For the operators that may compute a layer.
  init(
    _ layer: Linear, _ structure: MaskStructure, batchSize: Int, _ contenders: [OperatorKind],
    values: SparseVectorLayout.Values, _ compute: Compute
  ) {
    text = Self.join(
      Self.place(compute, values),
      [Self.size(layer, structure, batchSize: batchSize)], contenders.map(\.rawValue))
  }

  /// For the operators that may compute a convolution of images.
  init(
    _ layer: Conv2d, image: [Int], batchSize: Int, _ contenders: [OperatorKind], _ compute: Compute
  ) {
    let geometry = layer.geometry
    let size =
      "\(layer.outputs) convolutions of \(image.map(String.init).joined(separator: "x")) by \(geometry.kernel), "
      + "stride \(geometry.stride), padding \(geometry.padding), dilation \(geometry.dilation), batch \(batchSize), "
      + "density 2^-\(Self.densityStep(layer.weight.density))/10"
    text = Self.join(Self.place(compute, .single), [size], contenders.map(\.rawValue))
  }

  /// For the splits of a batch.
  init(
    _ network: Network, batchSize: Int, _ contenders: [BatchSplit], values: SparseVectorLayout.Values,
    _ compute: Compute
  ) {
    let layers = network.nodes.compactMap(\.layer.linear).map {
      Self.size($0, MaskStructure(of: $0.weight), batchSize: batchSize)
    }
    text = Self.join(Self.place(compute, values), layers, contenders.map(\.description))
  }

  private static func join(_ place: [String], _ layers: [String], _ contenders: [String]) -> String {
    (place + layers + [contenders.joined(separator: " or ")]).joined(separator: ", ")
  }

  private static func place(_ compute: Compute, _ values: SparseVectorLayout.Values) -> [String] {
    compute.measurementPlace + (values == .single ? [] : ["half-precision values"])
  }

  /// Densities within a tenth of each other behave alike.
  private static func densityStep(_ density: Double) -> Int {
    density > 0 ? Int((-10 * log2(density)).rounded()) : -1
  }

  private static func size(_ layer: Linear, _ structure: MaskStructure, batchSize: Int) -> String {
    let step = densityStep(layer.weight.density)
    let size = "\(layer.outputs)x\(layer.inputs), batch \(batchSize), density 2^-\(step)/10"
    return structure.description.isEmpty ? size : "\(size) in \(structure)"
  }
}
