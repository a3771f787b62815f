extension Network {
  /// A residual network for small images: a convolution of 3 × 3 with 16 filters, three stages of (depth − 2) / 6 blocks of
  /// two convolutions each with 16, 32 and 64 filters, the mean of each channel, and `fc`. The second and third stage begin
  /// with a stride of 2. The outputs are logits.
  ///
  /// A shortcut that changes the shape is a projection, a convolution of 1 × 1 with batch normalisation ("option B" of the
  /// paper). For 32 × 32 colour images and ten classes depth 20 has 272,474 parameters and 40.81 million multiplications;
  /// the paper's parameter-free shortcuts ("option A") would save 2,752 and 0.26 million of these (269,722 and 40.55 million).
  /// Depth 8 has 78,042 parameters and 12.50 million multiplications. Node `stage2.1.conv1` is the first convolution of the
  /// first block of the second stage.
  ///
  /// Source: K. He et al., "Deep residual learning for image recognition" (CVPR 2016), section 4.2.
  ///
  /// Traps unless the depth is 8, 14, 20, ….
  public static func resNet(
    depth: Int, input: [Int] = [3, 32, 32], classes: Int = 10,
    using generator: inout some RandomNumberGenerator
  ) -> Network {
    precondition(
      depth >= 8 && (depth - 2) % 6 == 0, "a residual network's depth is 8, 14, 20, …, not \(depth)")
    let shape = imageShape(input)
    var channels = 16
    return Network(input: shape) {
      NormalizedConvolution("conv1", inputs: shape[0], outputs: 16, kernel: 3, using: &generator)
      for (stage, outputs) in [16, 32, 64].enumerated() {
        for block in 0..<(depth - 2) / 6 {
          BasicBlock(
            "stage\(stage + 1).\(block + 1)", inputs: advance(&channels, to: outputs), outputs: outputs,
            stride: stage > 0 && block == 0 ? 2 : 1, using: &generator)
        }
      }
      GlobalAveragePool2d().named("pool")
      Linear(inputs: channels, outputs: classes, using: &generator).named("fc")
    }
  }

  /// The residual network of 20 layers; see `resNet(depth:input:classes:using:)`.
  public static func resNet20(
    input: [Int] = [3, 32, 32], classes: Int = 10, using generator: inout some RandomNumberGenerator
  ) -> Network {
    resNet(depth: 20, input: input, classes: classes, using: &generator)
  }

  /// The residual network of 8 layers; see `resNet(depth:input:classes:using:)`.
  public static func resNet8(
    input: [Int] = [3, 32, 32], classes: Int = 10, using generator: inout some RandomNumberGenerator
  ) -> Network {
    resNet(depth: 8, input: input, classes: classes, using: &generator)
  }
}

/// relu(g(x) + f(x)) with two normalised convolutions f and a projection g where the shape changes.
private struct BasicBlock: NetworkComponent {
  private let components: Branch

  init(
    _ name: String, inputs: Int, outputs: Int, stride: Extent,
    using generator: inout some RandomNumberGenerator
  ) {
    let first = NormalizedConvolution(
      "\(name).conv1", inputs: inputs, outputs: outputs, kernel: 3, stride: stride, using: &generator)
    let second = NormalizedConvolution(
      "\(name).conv2", inputs: outputs, outputs: outputs, kernel: 3, activates: false, using: &generator)
    let keepsShape = inputs == outputs && stride == 1
    let projection =
      keepsShape
      ? nil
      : NormalizedConvolution(
        "\(name).shortcut", inputs: inputs, outputs: outputs, kernel: 1, stride: stride, activates: false,
        using: &generator)
    components = Branch {
      Residual {
        first
        second
      } shortcut: {
        if let projection { projection }
      }
      ReLU().named("\(name).relu")
    }
  }

  func append(to network: inout Network, after source: Network.Source) -> Network.Source {
    components.append(to: &network, after: source)
  }
}
