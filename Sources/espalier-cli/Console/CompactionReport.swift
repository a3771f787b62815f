import Espalier

/// What `compact --physical` took out of a network, and what that saves.
struct CompactionReport: Encodable, CustomStringConvertible {
  let layers: [Compaction.Layer]
  let cost: CostComparison
  /// Random samples on which the outputs were compared.
  let samples: Int
  let largestDifference: Double
  /// The largest output of the network as it was, on the same samples.
  let largestOutput: Double

  init(_ compaction: Compaction, of network: Network, fileBytes: (before: Int, after: Int)) {
    layers = compaction.layers
    cost = CostComparison(
      before: CostReport(of: network, fileBytes: fileBytes.before),
      after: CostReport(of: compaction.network, fileBytes: fileBytes.after))
    samples = 64
    var generator = Xoshiro256(seed: 1)
    let inputs = Tensor(uniform: -1..<1, shape: [samples] + network.inputShape, using: &generator)
    let (whole, smaller) = (network.predict(inputs).values, compaction.network.predict(inputs).values)
    largestDifference = zip(whole, smaller).reduce(0) { max($0, Double(abs($1.0 - $1.1))) }
    largestOutput = whole.reduce(0) { max($0, Double(abs($1))) }
  }

  var description: String {
    let header = ["layer", "kind", "inputs", "outputs", "values", "constant", "unread"]
    let rows = layers.map { layer in
      [
        layer.name, layer.kind, "\(layer.inputs)", "\(layer.outputs)", "\(layer.parameters)",
        "\(layer.constantChannels)", "\(layer.unreadChannels)",
      ]
    }
    return """
      \(AlignedTable([header] + rows, texts: 2))

      \(CostComparisonTable(cost))
      outputs of \(samples) random samples differ by at most \(Float(largestDifference)), the largest is \(Float(largestOutput))
      """
  }
}
