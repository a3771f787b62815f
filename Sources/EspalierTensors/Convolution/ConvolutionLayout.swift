/// The weights of a convolution in the order in which its products read them: immutable, and made once for many batches.
public final class ConvolutionLayout: Sendable {
  private let storage: AlignedStorage<Float>

  /// The layout of weights [outputs, inputs / groups, kernel height, kernel width], of which each output has `terms`.
  public init(_ weights: UnsafePointer<Float>, outputs: Int, groups: Int, terms: Int) {
    let order = PackedKernels(groups: groups, groupOutputs: outputs / groups, terms: terms)
    storage = AlignedStorage(uninitializedCount: order.count)
    storage.values.initialize(repeating: 0)
    order.write(weights, into: storage.values.baseAddress!, compute: .current)
  }

  var count: Int { storage.values.count }
  var base: UnsafePointer<Float> { storage.base }
  /// The memory it takes.
  public var byteCount: Int { storage.byteCount }
}
