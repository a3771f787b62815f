extension Network {
  /// LeNet-5 as Caffe has it, with 20–50–500 units and max pooling: `conv1` and `conv2` of 5 × 5, each followed by pooling
  /// 2 × 2, `fc1` with ReLU, `fc2`. For 28 × 28 grey images and ten classes 431,080 parameters and 2,293,000 multiplications
  /// (conv1 288,000, conv2 1,600,000, fc1 400,000, fc2 5,000). The outputs are logits.
  ///
  /// Sources: Y. LeCun et al., "Gradient-based learning applied to document recognition", Proc. IEEE 86 (1998); Y. Jia et
  /// al., "Caffe" (2014), examples/mnist; in pruning since S. Han et al. (NIPS 2015).
  ///
  /// Traps on images of less than 16 × 16 pixels.
  public static func leNet5(
    input: [Int] = [28, 28], classes: Int = 10, using generator: inout some RandomNumberGenerator
  ) -> Network {
    let shape = imageShape(input)
    let features = leNet5Features(of: shape)
    return Network(input: shape) {
      Conv2d(inputs: shape[0], outputs: 20, kernel: 5, using: &generator).named("conv1")
      MaxPool2d(kernel: 2).named("pool1")
      Conv2d(inputs: 20, outputs: 50, kernel: 5, using: &generator).named("conv2")
      MaxPool2d(kernel: 2).named("pool2")
      Flatten().named("flatten")
      Linear(inputs: features, outputs: 500, using: &generator).named("fc1")
      ReLU().named("relu1")
      Linear(inputs: 500, outputs: classes, using: &generator).named("fc2")
    }
  }

  /// What LeNet-5's first fully connected layer reads of images [channels, height, width]: 50 · ⌊(⌊(length − 4) / 2⌋ − 4) / 2⌋²,
  /// 800 for 28 × 28; 0 or less where the images are too small.
  public static func leNet5Features(of shape: [Int]) -> Int {
    let sides = imageShape(shape).dropFirst().map { max((($0 - 4) / 2 - 4) / 2, 0) }
    return 50 * sides[0] * sides[1]
  }
}
