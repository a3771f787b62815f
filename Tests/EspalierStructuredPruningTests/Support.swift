import EspalierData
import EspalierNetworks
import EspalierTensors

/// 3 → 4 → 2 with weights to work sums out by hand: rows of fc1 are [1, 2, 2], [0, 3, 4], [0, 0, 1], [2, 0, 0]; columns of
/// fc2 are [3, 4], [0, 1], [6, 8], [0, 0].
func handmade() -> Network {
  Network(input: [3]) {
    Linear(
      weight: Tensor([1, 2, 2, 0, 3, 4, 0, 0, 1, 2, 0, 0], shape: [4, 3]),
      bias: Tensor([9, 9, 9, 9], shape: [4])
    ).named("fc1")
    ReLU().named("relu")
    Linear(weight: Tensor([3, 0, 6, 0, 4, 1, 8, 0], shape: [2, 4])).named("fc2")
  }
}

/// Two convolutions, a flattening and two linear layers on images of 1 × 8 × 8.
func convolutional(_ first: Int = 6, _ second: Int = 8, _ hidden: Int = 12, seed: UInt64 = 3) -> Network {
  var generator = Xoshiro256(seed: seed)
  return Network(input: [1, 8, 8]) {
    Conv2d(inputs: 1, outputs: first, kernel: 3, using: &generator).named("conv1")
    ReLU().named("relu1")
    Conv2d(inputs: first, outputs: second, kernel: 3, stride: 2, using: &generator).named("conv2")
    ReLU().named("relu2")
    Flatten().named("flatten")
    Linear(inputs: second * 4, outputs: hidden, using: &generator).named("fc1")
    ReLU().named("relu3")
    Linear(inputs: hidden, outputs: 3, using: &generator).named("fc2")
  }
}

/// Samples of any shape in a few classes, drawn at random: for gradients and activations, not for learning.
func noise(shape: [Int], count: Int = 24, classes: Int = 3, seed: UInt64 = 2) -> Dataset {
  var generator = Xoshiro256(seed: seed)
  let values = (0..<count * shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &generator) }
  return Dataset(
    samples: .floats(values), sampleShape: shape,
    answers: .classes((0..<count).map { Int32($0 % classes) }, count: classes))
}

extension Network {
  /// The output channels of the layers with weights, but for the last.
  var widths: [Int] {
    nodes.filter { ["conv2d", "linear"].contains(type(of: $0.layer).kind) }.dropLast().map {
      $0.outputShape[0]
    }
  }
}
