import Espalier

/// What `bench-model --dynamic` found, as JSON and as a table.
struct DynamicReport: Encodable, CustomStringConvertible {
  /// The whole network, or the dynamic one.
  struct Side: Encodable {
    let accuracy: Double
    let meanWeightsRead: Double
    let medianWeightsRead: Int
    let p99WeightsRead: Int
    let meanSeconds: Double
    let medianSeconds: Double
    let p99Seconds: Double
  }

  /// One way out.
  struct Exit: Encodable {
    let place: String
    let share: Double
    let threshold: Float?
    let weights: Int
  }

  /// One linear layer.
  struct Layer: Encodable {
    let name: String
    let operation: String
    let skips: String
  }

  let file: String
  let dataset: String
  let samples: Int
  let lossAllowed: Double
  let validationLoss: Double
  let whole: Side
  let dynamic: Side
  let shareSkipped: Double
  let speedup: Double
  let exits: [Exit]
  let layers: [Layer]

  init(
    file: String, dataset: String, lossAllowed: Double, tuned: TunedInference, profile: DynamicProfile,
    accuracies: (whole: Double, dynamic: Double)
  ) {
    self.file = file
    self.dataset = dataset
    self.lossAllowed = lossAllowed
    samples = profile.weightsRead.count
    validationLoss = tuned.validationLoss
    let all = profile.weightCount
    whole = Side(
      accuracy: accuracies.whole, meanWeightsRead: Double(all), medianWeightsRead: all, p99WeightsRead: all,
      profile.whole)
    dynamic = Side(
      accuracy: accuracies.dynamic, meanWeightsRead: profile.meanWeightsRead,
      medianWeightsRead: profile.weightsRead(quantile: 0.5),
      p99WeightsRead: profile.weightsRead(quantile: 0.99),
      profile.dynamic)
    shareSkipped = profile.shareSkipped(reading: profile.meanWeightsRead)
    speedup = profile.speedup
    let shares = profile.exits.map { Double($0) / Double(max(profile.weightsRead.count, 1)) }
    exits = zip(tuned.heads, shares).map { head, share in
      let threshold = head.rule.threshold < .infinity ? head.rule.threshold : nil
      return Exit(
        place: "\(head.place)", share: share, threshold: threshold,
        weights: head.classifier.multiplyAccumulates.surviving)
    }
    layers = tuned.plan.layers.map { Layer(name: $0.name, operation: "\($0.operation)", skips: $0.skips) }
  }

  var description: String {
    let left = exits.reduce(1) { $0 - $1.share }
    return """
      \(file): \(samples) samples of \(dataset), one at a time
                               whole     dynamic
        accuracy       \(row(percent(whole.accuracy), percent(dynamic.accuracy)))  \(points)
        weights, mean  \(row(count(whole.meanWeightsRead), count(dynamic.meanWeightsRead)))  \(skipped)
        weights, p50   \(row("\(whole.medianWeightsRead)", "\(dynamic.medianWeightsRead)"))
        weights, p99   \(row("\(whole.p99WeightsRead)", "\(dynamic.p99WeightsRead)"))
        time, mean     \(row(microseconds(whole.meanSeconds), microseconds(dynamic.meanSeconds)))  \(speedupText)
        time, p50      \(row(microseconds(whole.medianSeconds), microseconds(dynamic.medianSeconds)))
        time, p99      \(row(microseconds(whole.p99Seconds), microseconds(dynamic.p99Seconds)))

      \(ways(left).joined(separator: "\n"))

      \(layers.map(\.description).joined(separator: "\n"))
      """
  }

  /// Where samples end, and what that loses where the thresholds were chosen.
  private func ways(_ left: Double) -> [String] {
    let lost = (100 * validationLoss).formatted(decimals: 2)
    return exits.map(\.description) + [
      "  \(percent(left).paddedLeft(to: 8)) go through the whole network",
      "  \(lost) points lost on held-out samples, \((100 * lossAllowed).formatted(decimals: 2)) allowed with the margin",
    ]
  }

  private func row(_ whole: String, _ dynamic: String) -> String {
    whole.paddedLeft(to: 12) + dynamic.paddedLeft(to: 12)
  }

  private var points: String {
    let change = 100 * (dynamic.accuracy - whole.accuracy)
    return "\(change > 0 ? "+" : "")\(change.formatted(decimals: 2)) points"
  }

  private var skipped: String { "\(percent(shareSkipped)) skipped" }
  private var speedupText: String { "\(speedup.formatted(decimals: 2))x as fast" }
}

extension DynamicReport.Side {
  fileprivate init(
    accuracy: Double, meanWeightsRead: Double, medianWeightsRead: Int, p99WeightsRead: Int,
    _ times: DynamicProfile.Times
  ) {
    self.init(
      accuracy: accuracy, meanWeightsRead: meanWeightsRead, medianWeightsRead: medianWeightsRead,
      p99WeightsRead: p99WeightsRead, meanSeconds: times.mean, medianSeconds: times.call(quantile: 0.5),
      p99Seconds: times.call(quantile: 0.99))
  }
}

extension DynamicReport.Exit: CustomStringConvertible {
  var description: String {
    guard let threshold else {
      return "  \(percent(0).paddedLeft(to: 8)) leave at \(place), which would not pay"
    }
    return "  \(percent(share).paddedLeft(to: 8)) leave at \(place), \(weights) weights, above "
      + Double(threshold).formatted(decimals: 4)
  }
}

extension DynamicReport.Layer: CustomStringConvertible {
  var description: String { "  \(name.paddedRight(to: 12))\(operation.paddedRight(to: 16))\(skips)" }
}

extension DynamicLayer {
  /// What the layer skips, in words.
  fileprivate var skips: String {
    switch skipping {
    case nil: "skips nothing"
    case .threshold(0): "skips inputs of 0"
    case .threshold(let threshold): "skips inputs up to \(Double(threshold).formatted(decimals: 4))"
    case .largest(let count): "keeps the \(count) largest inputs"
    }
  }
}

private func count(_ value: Double) -> String { value.formatted(decimals: 0) }
private func microseconds(_ seconds: Double) -> String { "\((seconds * 1e6).formatted(decimals: 2)) µs" }
