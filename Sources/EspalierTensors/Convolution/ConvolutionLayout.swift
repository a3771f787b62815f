/// The weights of a convolution in the order in which its products read them: immutable, and made once for many batches.
public final class ConvolutionLayout: Sendable {
  private let storage: AlignedStorage<Float>

  /// The layout of weights [outputs, inputs / groups, kernel height, kernel width]; of `shape` only the channels, groups and
  /// kernel matter.
  public init(_ weights: UnsafePointer<Float>, _ shape: ConvolutionShape) {
    storage = AlignedStorage(uninitializedCount: shape.packedCount)
    storage.values.initialize(repeating: 0)
    PackedKernels.write(weights, shape, into: storage.values.baseAddress!, compute: .current)
  }

  var count: Int { storage.values.count }
  var base: UnsafePointer<Float> { storage.base }
  /// The memory it takes.
  public var byteCount: Int { storage.byteCount }
}
