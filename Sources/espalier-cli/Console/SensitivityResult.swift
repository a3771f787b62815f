import Espalier

/// What `sensitivity` found, as JSON and as tables.
struct SensitivityResult: Encodable, CustomStringConvertible {
  /// Amounts, and what they reach.
  struct Suggestion: Encodable {
    let minimized: SensitivityReport.Cost
    let amounts: SparsitySuggestion
    let comparison: SuggestionComparison
  }

  let file: String
  let data: String
  let report: SensitivityReport
  let suggestion: Suggestion?

  private enum CodingKeys: CodingKey { case file, data, samples, accuracy, loss, layers, suggestion }

  /// All keys always, so that readers need not test for them.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(file, forKey: .file)
    try container.encode(data, forKey: .data)
    try container.encode(report.samples, forKey: .samples)
    try container.encode(report.accuracy, forKey: .accuracy)
    try container.encode(report.loss, forKey: .loss)
    try container.encode(report.layers, forKey: .layers)
    try container.encode(suggestion, forKey: .suggestion)
  }

  var description: String {
    let quality = "accuracy \(percent(report.accuracy)), loss \(report.loss.formatted(decimals: 4))"
    let heading = "\(file): \(quality) on \(report.samples) samples of \(data)"
    let table = (["accuracy with one layer pruned alone, in %", levels] + report.layers.map(row))
      .joined(separator: "\n")
    return ([heading, table] + (suggestion.map { ["\($0)"] } ?? [])).joined(separator: "\n\n")
  }

  private var nameWidth: Int { max(12, (report.layers.map(\.name.count).max() ?? 0) + 2) }

  private var levels: String {
    let shares = report.layers.first?.points.map { shortPercent($0.sparsity).paddedLeft(to: 9) } ?? []
    return "layer".paddedRight(to: nameWidth) + "weights".paddedLeft(to: 9) + shares.joined()
  }

  private func row(_ layer: SensitivityReport.Layer) -> String {
    layer.name.paddedRight(to: nameWidth) + layer.weights.padded(to: 9)
      + layer.points.map { (100 * $0.accuracy).formatted(width: 9, decimals: 2) }.joined()
  }
}

extension SensitivityResult.Suggestion: CustomStringConvertible {
  private enum CodingKeys: CodingKey {
    case minimized, sparsity, weights, pruned, predictedCost, layers, perLayer, measured
  }

  private struct Layer: Encodable {
    let name: String
    let weights: Int
    let pruned: Int
    let sparsity: Double
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(minimized, forKey: .minimized)
    try container.encode(amounts.sparsity, forKey: .sparsity)
    try container.encode(amounts.weights, forKey: .weights)
    try container.encode(amounts.pruned, forKey: .pruned)
    try container.encode(amounts.predictedCost, forKey: .predictedCost)
    let layers = amounts.layers.map {
      Layer(name: $0.name, weights: $0.weights, pruned: $0.pruned, sparsity: $0.sparsity)
    }
    try container.encode(layers, forKey: .layers)
    try container.encode(amounts.argument, forKey: .perLayer)
    try container.encode(comparison, forKey: .measured)
  }

  var description: String {
    let heading =
      "suggested for \(shortPercent(amounts.sparsity)) of all \(amounts.weights) weights, "
      + "least \(minimized == .loss ? "loss" : "loss of accuracy"):"
    let rows = amounts.layers.map { layer in
      "  \(layer.name.paddedRight(to: 20))\(layer.pruned.padded(to: 9)) of \(layer.weights.padded(to: 9))  "
        + "\(percent(layer.sparsity).paddedLeft(to: 9))"
    }
    let measured = [
      ("as suggested", comparison.suggested), ("the same in each layer", comparison.uniform),
      ("one threshold for all", comparison.global),
    ].map { name, quality in
      "  \(name.paddedRight(to: 24))accuracy \(percent(quality.accuracy)), loss \(quality.loss.formatted(decimals: 4))"
    }
    return
      ([heading] + rows + ["", "pruned so, without retraining:"] + measured + [
        "", "--per-layer \(amounts.argument)",
      ])
      .joined(separator: "\n")
  }
}

/// A share in percent with as few decimals as it needs, at most 2.
private func shortPercent(_ share: Double) -> String {
  let decimals = (0...2).first { (100 * share).formatted(decimals: $0) == "\(100 * share)" } ?? 2
  var text = (100 * share).formatted(decimals: decimals)
  if text.contains(".") {
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
  }
  return "\(text) %"
}
