extension Network {
  /// A VGG network with batch normalisation: in each stage convolutions of 3 × 3 with the given numbers of filters, and
  /// pooling 2 × 2 behind every stage whose images have at least two rows and columns; then the mean of each channel and
  /// `fc`. Node `conv2.1` is the first convolution of the second stage. The outputs are logits.
  ///
  /// By default configuration A, VGG-11, with a classifier for small images: for 32 × 32 colour images and ten classes
  /// 9,228,362 parameters (9,231,114 with the biases that batch normalisation makes useless) and 152.8 million
  /// multiplications.
  ///
  /// Source: K. Simonyan and A. Zisserman, "Very deep convolutional networks for large-scale image recognition" (ICLR 2015).
  ///
  /// Traps when there is no filter.
  public static func vgg(
    stages: [[Int]] = [[64], [128], [256, 256], [512, 512], [512, 512]], input: [Int] = [3, 32, 32],
    classes: Int = 10, using generator: inout some RandomNumberGenerator
  ) -> Network {
    let shape = imageShape(input)
    var (channels, sides) = (shape[0], shape.dropFirst().min()!)
    precondition(
      stages.joined().count > 0, "a VGG network has at least one convolution, not stages \(stages)")
    return Network(input: shape) {
      for (stage, filters) in stages.enumerated() {
        for (position, outputs) in filters.enumerated() {
          NormalizedConvolution(
            "conv\(stage + 1).\(position + 1)", inputs: advance(&channels, to: outputs), outputs: outputs,
            kernel: 3, using: &generator)
        }
        if advance(&sides, to: max(sides / 2, 1)) > 1 { MaxPool2d(kernel: 2).named("pool\(stage + 1)") }
      }
      GlobalAveragePool2d().named("pool")
      Linear(inputs: channels, outputs: classes, using: &generator).named("fc")
    }
  }

  /// A small VGG of six convolutions, `width` filters at first, then twice, four times (two of them) and eight times (two)
  /// as many, for images of 28 × 28 or 32 × 32.
  ///
  /// The first four stages of configuration A at half the width: for 28 × 28 grey images, ten classes and the default width
  /// 1,128,938 parameters, an eighth of VGG-11's, because small images do not need its last stage, and 22.6 million
  /// multiplications.
  public static func smallVGG(
    width: Int = 32, input: [Int] = [28, 28], classes: Int = 10,
    using generator: inout some RandomNumberGenerator
  ) -> Network {
    vgg(
      stages: [[width], [2 * width], [4 * width, 4 * width], [8 * width, 8 * width]], input: input,
      classes: classes, using: &generator)
  }
}

/// Gives a variable a new value and returns the old one: builders have expressions only.
func advance<Value>(_ variable: inout Value, to value: Value) -> Value {
  defer { variable = value }
  return variable
}
