extension Network {
  /// MobileNet: a convolution of 3 × 3, thirteen depthwise-separable ones (3 × 3 on each channel by itself, then 1 × 1), the
  /// mean of each channel, and `fc`; batch normalisation and ReLU behind every convolution. The outputs are logits.
  ///
  /// `width` is the paper's multiplier α: every layer has ⌊α · c⌋ channels, at least 8. For 224 × 224 colour images and 1,000
  /// classes there are, in millions, at α = 1, 0.75, 0.5, 0.25 4.2, 2.6, 1.3, 0.5 parameters and 569, 325, 149, 41
  /// multiplications. Images of less than 64 × 64 pixels lose too much to five strides of 2: for them the first convolution
  /// and the first separable one that has such a stride keep the size. Nodes `block3.depthwise` and `block3.pointwise` are
  /// the convolutions of the third separable one.
  ///
  /// Source: A. Howard et al., "MobileNets" (2017).
  ///
  /// Traps unless the width is positive.
  public static func mobileNet(
    width: Double = 1, input: [Int] = [3, 224, 224], classes: Int = 1000,
    using generator: inout some RandomNumberGenerator
  ) -> Network {
    precondition(width > 0 && width <= 16, "a width multiplier is above 0 and at most 16, not \(width)")
    func scaled(_ channels: Int) -> Int { max(Int(width * Double(channels)), 8) }
    let shape = imageShape(input)
    let isSmall = shape[1] < 64 || shape[2] < 64
    var channels = scaled(32)
    let blocks: [(outputs: Int, stride: Extent)] =
      [(64, 1), (128, isSmall ? 1 : 2), (128, 1), (256, 2), (256, 1), (512, 2)]
      + [(Int, Extent)](repeating: (512, 1), count: 5) + [(1024, 2), (1024, 1)]
    return Network(input: shape) {
      NormalizedConvolution(
        "conv1", inputs: shape[0], outputs: channels, kernel: 3, stride: isSmall ? 1 : 2, using: &generator)
      for (index, block) in blocks.enumerated() {
        NormalizedConvolution(
          "block\(index + 1).depthwise", inputs: channels, outputs: channels, kernel: 3, stride: block.stride,
          groups: channels, using: &generator)
        NormalizedConvolution(
          "block\(index + 1).pointwise", inputs: advance(&channels, to: scaled(block.outputs)),
          outputs: scaled(block.outputs), kernel: 1, using: &generator)
      }
      GlobalAveragePool2d().named("pool")
      Linear(inputs: channels, outputs: classes, using: &generator).named("fc")
    }
  }
}
