import Espalier

/// The layer sizes of a perceptron, inputs first.
struct PerceptronSizes {
  let sizes: [Int]

  init(sizes: [Int]) { self.sizes = sizes }

  /// Two or more sizes from 1 to 2²⁰ with hyphens between; nil where a text is something else.
  init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    sizes = parts.compactMap { Int($0) }.filter { (1...1 << 20).contains($0) }
    guard sizes.count == parts.count, sizes.count >= 2 else { return nil }
  }

  var inputs: Int { sizes[0] }
  var outputs: Int { sizes.last! }

  func makeNetwork(
    input: [Int], _ connectivity: Connectivity, using generator: inout Xoshiro256
  ) -> Network {
    .perceptron(sizes: sizes, input: input, connectivity: connectivity, using: &generator)
  }

  /// Connections with gradients, two moments and, where a layer is sparse, their places; and an activation and its gradient
  /// for each value of a batch.
  func trainingByteCount(_ connectivity: Connectivity, batchSize: Int) -> Double {
    var weights = 0.0
    for (layer, (inputs, outputs)) in zip(sizes, sizes.dropFirst()).enumerated() {
      let isLast = layer == sizes.count - 2
      let own = isLast ? connectivity.ofLastLayer(inputs: inputs) : connectivity
      let density = own.density(inputs: inputs, outputs: outputs)
      let placesPerValue = density < 1 ? 2.5 : 0
      weights += density * Double(inputs) * Double(outputs) * (4 + placesPerValue) + 4 * Double(outputs)
    }
    let activations = sizes.reduce(0.0) { $0 + Double($1) } * Double(batchSize)
    return 4 * (weights + 2 * activations)
  }
}
