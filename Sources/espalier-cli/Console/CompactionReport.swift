import Espalier

/// What `compact --physical` took out of a network, and what that saves.
struct CompactionReport: Encodable, CustomStringConvertible {
  let layers: [Compaction.Layer]
  let cost: CostComparison
  /// Random samples on which the outputs were compared.
  let samples: Int
  /// Of the outputs that are finite.
  let largestDifference: Double
  /// The largest finite output of the network as it was, on the same samples.
  let largestOutput: Double
  /// Outputs that are infinite or NaN, in the same way before and after.
  let outputsNotFinite: Int

  init(
    _ compaction: Compaction, of network: Network, outputs: OutputComparison,
    fileBytes: (before: Int, after: Int)
  ) {
    layers = compaction.layers
    cost = CostComparison(
      before: CostReport(of: network, fileBytes: fileBytes.before),
      after: CostReport(of: compaction.network, fileBytes: fileBytes.after))
    samples = OutputComparison.samples
    largestDifference = outputs.largestDifference
    largestOutput = outputs.largestOutput
    outputsNotFinite = outputs.notFinite
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
      \(outputsText)
      """
  }

  private var outputsText: String {
    let difference = "differ by at most \(Float(largestDifference)), the largest is \(Float(largestOutput))"
    guard outputsNotFinite > 0 else { return "outputs of \(samples) random samples \(difference)" }
    return
      "outputs of \(samples) random samples: \(outputsNotFinite) are infinite or NaN, before and after; the others "
      + difference
  }
}
