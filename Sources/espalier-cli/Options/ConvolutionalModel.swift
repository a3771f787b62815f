import Espalier

/// A convolutional network of the library's, by its name.
enum ConvolutionalModel {
  case leNet5
  case smallVGG
  case resNet(depth: Int)
  case mobileNet(width: Double)

  /// What there is, for help and messages.
  static let choices =
    "lenet-5, vgg-small, resnet-8, resnet-20, mobilenet (a quarter as wide: mobilenet-0.25)"

  /// The network of a name; nil where there is none.
  init?(_ text: String) {
    switch text {
    case "lenet-5": self = .leNet5
    case "vgg-small": self = .smallVGG
    case "resnet-8": self = .resNet(depth: 8)
    case "resnet-20": self = .resNet(depth: 20)
    case "mobilenet": self = .mobileNet(width: 1)
    default:
      let prefix = "mobilenet-"
      guard text.hasPrefix(prefix), let width = Double(text.dropFirst(prefix.count)), width > 0, width <= 4
      else { return nil }
      self = .mobileNet(width: width)
    }
  }

  /// What samples it needs if it cannot take those of a shape; nil if it can.
  func problem(of shape: [Int]) -> String? {
    guard (2...3).contains(shape.count) else { return "images" }
    if case .leNet5 = self, shape.suffix(2).contains(where: { $0 < 16 }) {
      return "images of at least 16 × 16 pixels"
    }
    return nil
  }

  /// The bytes that at least one layer's weights, gradients and moments take, known before any of them is made.
  func leastByteCount(of shape: [Int]) -> Double {
    guard case .leNet5 = self else { return 0 }
    return 4 * 4 * 500 * Double(Network.leNet5Features(of: shape))
  }

  /// A fresh network for images of a shape.
  func makeNetwork(input: [Int], classes: Int, using generator: inout Xoshiro256) -> Network {
    switch self {
    case .leNet5: .leNet5(input: input, classes: classes, using: &generator)
    case .smallVGG: .smallVGG(input: input, classes: classes, using: &generator)
    case .resNet(let depth): .resNet(depth: depth, input: input, classes: classes, using: &generator)
    case .mobileNet(let width): .mobileNet(width: width, input: input, classes: classes, using: &generator)
    }
  }
}

extension Network {
  /// Parameters with gradients and two moments, and an activation and its gradient for each value of a batch.
  func trainingByteCount(batchSize: Int) -> Double {
    let values = nodes.reduce(0.0) { sum, node in sum + node.outputShape.reduce(1.0) { $0 * Double($1) } }
    return 4 * (4 * Double(parameterCount) + 2 * values * Double(batchSize))
  }
}
