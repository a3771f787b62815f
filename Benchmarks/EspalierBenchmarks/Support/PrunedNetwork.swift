import Espalier

extension Network {
  /// A perceptron with random weights, of which the `sparsity` smallest of every layer are pruned. A single layer has no
  /// bias: then a prediction is one product.
  static func pruned(sizes: [Int], sparsity: Double, using generator: inout Xoshiro256) -> Network {
    var network =
      sizes.count > 2
      ? perceptron(sizes: sizes, using: &generator)
      : Network(input: [sizes[0]]) {
        Linear(inputs: sizes[0], outputs: sizes[1], bias: false, using: &generator).named("fc1")
      }
    network.prune(sparsity: sparsity, within: .eachParameter)
    return network
  }

  /// The same numbers as if none were pruned.
  var withoutMasks: Network {
    var copy = self
    copy.visitParameters { _, parameter in
      parameter = Parameter(parameter.values, role: parameter.role)
    }
    return copy
  }
}
