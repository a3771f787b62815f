import EspalierNetworks
import EspalierTensors

/// A network whose linear layers `fc1`, `fc2`, … have the given weights, row after row, and biases of 0.01.
func network(weights: [(values: [Float], shape: [Int])]) -> Network {
  Network(input: [weights[0].shape[1]]) {
    for (index, weight) in weights.enumerated() {
      Linear(
        weight: Tensor(weight.values, shape: weight.shape),
        bias: Tensor(repeating: 0.01, shape: [weight.shape[0]])
      ).named("fc\(index + 1)")
    }
  }
}

/// A perceptron of random weights.
func randomNetwork(_ sizes: [Int], seed: UInt64) -> Network {
  var generator = Xoshiro256(seed: seed)
  return Network.perceptron(sizes: sizes, using: &generator)
}

extension Network {
  /// The weights of a layer.
  func weight(_ node: String) -> Parameter { self[ParameterPath(node: node, name: "weight")]! }
  /// The biases of a layer.
  func bias(_ node: String) -> Parameter { self[ParameterPath(node: node, name: "bias")]! }

  /// Whether every value outside a mask is +0.0, to the bit, and every mask counts its survivors rightly.
  var keepsTheInvariant: Bool {
    parameters.allSatisfy { _, parameter in
      guard let mask = parameter.mask else { return true }
      let kept = (0..<mask.count).filter { mask[$0] }.count
      return kept == parameter.survivors
        && parameter.values.values.enumerated().allSatisfy { mask[$0] || $1.bitPattern == 0 }
    }
  }
}
