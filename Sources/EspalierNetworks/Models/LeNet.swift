extension Network {
  /// The multi-layer perceptron with the given layer sizes and ReLU between: `[784, 300, 100, 10]` has `fc1`, `fc2` and
  /// `fc3`. Samples of any shape with `sizes[0]` values are flattened; the outputs are logits.
  ///
  /// Layers are born with `connectivity`, the last as `Connectivity.ofLastLayer(inputs:)` says; sparse ones are packed from
  /// the first moment.
  ///
  /// Traps with fewer than two sizes, or when the sample's shape does not have `sizes[0]` values.
  public static func perceptron(
    sizes: [Int], input: [Int]? = nil, connectivity: Connectivity = .dense,
    using generator: inout some RandomNumberGenerator
  ) -> Network {
    precondition(sizes.count >= 2, "a perceptron needs at least an input and an output size, not \(sizes)")
    return Network(input: input ?? [sizes[0]]) {
      Flatten().named("flatten")
      for layer in 1..<sizes.count {
        let (inputs, isLast) = (sizes[layer - 1], layer == sizes.count - 1)
        Linear(
          inputs: inputs, outputs: sizes[layer],
          connectivity: isLast ? connectivity.ofLastLayer(inputs: inputs) : connectivity, using: &generator
        ).named("fc\(layer)")
        if !isLast { ReLU().named("relu\(layer)") }
      }
    }
  }

  /// LeNet-300-100 for 28 × 28 images and ten classes: 266,610 parameters.
  ///
  /// Source: Y. LeCun et al., "Gradient-based learning applied to document recognition", Proc. IEEE 86 (1998); with
  /// ReLU, as in S. Han et al., "Learning both weights and connections" (NIPS 2015).
  public static func leNet300100(using generator: inout some RandomNumberGenerator) -> Network {
    perceptron(sizes: [784, 300, 100, 10], input: [28, 28], using: &generator)
  }
}
