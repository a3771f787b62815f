extension Network {
  /// The shape of images as convolutions take them: [height, width] of grey images is [1, height, width], [channels, height,
  /// width] stays; traps on others.
  public static func imageShape(_ shape: [Int]) -> [Int] {
    precondition(
      (2...3).contains(shape.count) && shape.allSatisfy { $0 > 0 },
      "an image has shape [height, width] or [channels, height, width], not \(shape)")
    return shape.count == 2 ? [1] + shape : shape
  }
}

/// A convolution without a bias, batch normalisation, and ReLU unless it is left out: nodes `name`, `name.norm` and
/// `name.relu`.
struct NormalizedConvolution: NetworkComponent {
  private let components: Branch

  init(
    _ name: String, inputs: Int, outputs: Int, kernel: Extent, stride: Extent = 1, groups: Int = 1,
    activates: Bool = true, using generator: inout some RandomNumberGenerator
  ) {
    let padding = Extent(height: kernel.height / 2, width: kernel.width / 2)
    let convolution = Conv2d(
      inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: padding, groups: groups,
      bias: false, initializer: .kaimingNormal, using: &generator)
    components = Branch {
      convolution.named(name)
      BatchNorm(channels: outputs).named("\(name).norm")
      if activates { ReLU().named("\(name).relu") }
    }
  }

  func append(to network: inout Network, after source: Network.Source) -> Network.Source {
    components.append(to: &network, after: source)
  }
}
