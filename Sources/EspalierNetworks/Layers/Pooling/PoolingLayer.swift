internal import EspalierTensors

/// What layers share that slide a window over each channel of an image.
public protocol PoolingLayer: Layer {
  /// Kernel, stride and padding; the dilation is 1.
  var geometry: ConvolutionGeometry { get }
}

extension PoolingLayer {
  /// [channels, height, width] → [channels, output height, output width].
  public func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    let shape = try onlyInput(of: inputs)
    guard shape.count == 3, let output = geometry.output(of: Extent(height: shape[1], width: shape[2])) else {
      throw ShapeMismatch(
        layer: Self.kind,
        expected: "input of shape [channels, height, width] that holds a window of \(geometry.kernel)",
        found: "\(shape)")
    }
    return [shape[0], output.height, output.width]
  }

  /// Where the windows lie on the layer's input.
  func windows(_ context: LayerContext, divisor: PoolingWindows.Divisor = .taps) -> PoolingWindows {
    let (image, output) = (context.inputShapes[0], context.outputShape)
    let (kernel, stride, padding) = (geometry.kernel, geometry.stride, geometry.padding)
    return PoolingWindows(
      image: (image[1], image[2]), output: (output[1], output[2]), window: (kernel.height, kernel.width),
      stride: (stride.height, stride.width), padding: (padding.height, padding.width),
      divisor: divisor)
  }
}

extension ConvolutionGeometry {
  /// The geometry of a pooling window; nil unless it is one that PyTorch takes too: lengths that convolutions have, and a
  /// padding of at most half the kernel, so that every window holds a pixel of the image.
  init?(window kernel: Extent, stride: Extent, padding: Extent) {
    let lengths = [kernel, stride].flatMap { [$0.height, $0.width] }
    guard lengths.allSatisfy(Self.lengths.contains), padding.height >= 0, padding.width >= 0,
      padding.height <= kernel.height / 2, padding.width <= kernel.width / 2
    else { return nil }
    self.init(kernel: kernel, stride: stride, padding: padding)
  }

  /// The geometry of a pooling window of a layer in the making; traps where there is none.
  init(requiringWindow kernel: Extent, stride: Extent?, padding: Extent) {
    let stride = stride ?? kernel
    guard let geometry = ConvolutionGeometry(window: kernel, stride: stride, padding: padding) else {
      preconditionFailure("no window: kernel \(kernel), stride \(stride), padding \(padding)")
    }
    self = geometry
  }

  /// What pooling layers say of a geometry that none of them can have.
  static let windowRule = "a kernel and stride of at least 1 and a padding of at most half the kernel"
}
