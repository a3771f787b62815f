/// Chooses the thresholds of all heads together, by what held-out samples met.
///
/// For a price λ of an error, in weights, it makes Σ (weights read + λ · wrong) small, head by head: with the others fixed,
/// a head's best threshold follows from one pass over the samples in the order of their confidence. Heads that save less
/// than they cost are switched off. Of many prices the one is taken that reads the fewest weights and keeps the bound:
/// with d_i = 1 where sample i is answered wrongly now and was not before, -1 the other way round and 0 otherwise,
/// mean d + `standardErrors` · √(var d / n) ≤ `lossAllowed`.
package struct ExitThresholds: Sendable {
  private let traces: [ExitTrace]
  private let answers: [Int]
  private let wasRight: [Bool]
  /// For each head, the samples by descending confidence.
  private let orders: [[Int]]
  /// The heads' thresholds; infinite for those that are off.
  private var thresholds: [Float]

  private static let mostRounds = 12
  /// Prices from a thousandth of the network's weights to a million times as much.
  private static let exponents = stride(from: -10.0, through: 20, by: 0.25)

  /// For samples with the right `answers`, of which the network without heads gets those of `wasRight`.
  package init(_ traces: [ExitTrace], answers: [Int], wasRight: [Bool]) {
    precondition(
      traces.count == answers.count && traces.count == wasRight.count && !traces.isEmpty,
      "\(traces.count) traces, \(answers.count) answers and \(wasRight.count) answers without heads")
    let heads = traces[0].stops.count - 1
    self.traces = traces
    self.answers = answers
    self.wasRight = wasRight
    orders = (0..<heads).map { head in
      traces.indices.filter { !traces[$0].stops[head].confidence.isNaN }
        .sorted { (traces[$1].stops[head].confidence, $0) < (traces[$0].stops[head].confidence, $1) }
    }
    thresholds = [Float](repeating: .infinity, count: heads)
  }

  /// The thresholds that read the fewest weights within the bound; all infinite where none keeps it.
  package static func chosen(
    _ traces: [ExitTrace], answers: [Int], wasRight: [Bool], lossAllowed: Double, standardErrors: Double
  ) -> [Float] {
    var candidate = ExitThresholds(traces, answers: answers, wasRight: wasRight)
    let weights = Double(traces.reduce(0) { max($0, $1.stops.last!.bodyWeights) })
    var best = (thresholds: candidate.thresholds, weights: Double.infinity)
    // Each price begins where the one before it ended, which is near.
    for exponent in exponents {
      candidate.minimise(price: weights * power(exponent))
      let result = candidate.result
      guard result.lossBound(standardErrors: standardErrors) <= lossAllowed, result.weights < best.weights
      else { continue }
      best = (candidate.thresholds, result.weights)
    }
    return best.thresholds
  }

  private static func power(_ exponent: Double) -> Double {
    let whole = exponent.rounded(.down)
    let quarter = 2.squareRoot().squareRoot()
    let root = (0..<Int((exponent - whole) * 4)).reduce(1) { product, _ in product * quarter }
    return Double(sign: .plus, exponent: Int(whole), significand: root)
  }

  /// Head after head, until nothing changes.
  private mutating func minimise(price: Double) {
    for _ in 0..<Self.mostRounds {
      let before = thresholds
      for head in thresholds.indices.reversed() { thresholds[head] = bestThreshold(of: head, price: price) }
      if thresholds == before { return }
    }
  }

  /// The threshold that makes the objective smallest with the other heads as they are.
  private func bestThreshold(of head: Int, price: Double) -> Float {
    let earlier = thresholds.indices.prefix(head)
    func isHere(_ sample: Int) -> Bool { !earlier.contains { exits(sample, at: $0) } }
    let cost = traces.indices.reduce(0.0) {
      $0 + (isHere($1) ? Double(traces[$1].stops[head].headWeights) : 0)
    }
    var (saved, best, threshold) = (0.0, cost, Float.infinity)
    let order = orders[head].filter(isHere)
    for (position, sample) in order.enumerated() {
      let later = ending(of: sample, after: head)
      let stop = traces[sample].stops[head]
      saved += Double(later.weights - stop.bodyWeights)
      saved -= price * (isWrong(sample, at: head) - isWrong(sample, at: later.stop))
      let confidence = stop.confidence
      let next =
        position + 1 < order.count
        ? traces[order[position + 1]].stops[head].confidence : confidence.nextDown
      // Samples of one confidence leave together, if it exceeds the next.
      if next < confidence, saved > best { (best, threshold) = (saved, next) }
    }
    return threshold
  }

  private func exits(_ sample: Int, at head: Int) -> Bool {
    traces[sample].stops[head].confidence > thresholds[head]
  }

  private func isWrong(_ sample: Int, at stop: Int) -> Double {
    traces[sample].stops[stop].answer == answers[sample] ? 0 : 1
  }

  /// Where a sample ends that goes past a head, and the weights it reads there: of the body, and of the heads between.
  private func ending(of sample: Int, after head: Int) -> (stop: Int, weights: Int) {
    var heads = 0
    for next in (head + 1)..<max(thresholds.count, head + 1) where thresholds[next] < .infinity {
      heads += traces[sample].stops[next].headWeights
      if exits(sample, at: next) { return (next, traces[sample].stops[next].bodyWeights + heads) }
    }
    return (thresholds.count, traces[sample].stops[thresholds.count].bodyWeights + heads)
  }

  /// What the present thresholds give.
  private var result: ExitResult {
    var result = ExitResult()
    for sample in traces.indices {
      let end = ending(of: sample, after: -1)
      result.note(
        weights: end.weights, isRight: isWrong(sample, at: end.stop) == 0, wasRight: wasRight[sample])
    }
    return result
  }
}

/// How many weights samples read, and how many answers changed.
package struct ExitResult: Sendable {
  private var samples = 0
  private var sum = 0
  private var lost = 0
  private var won = 0

  package init() {}

  /// Counts one sample.
  package mutating func note(weights: Int, isRight: Bool, wasRight: Bool) {
    samples += 1
    sum += weights
    lost += wasRight && !isRight ? 1 : 0
    won += isRight && !wasRight ? 1 : 0
  }

  /// The mean of the weights read.
  package var weights: Double { Double(sum) / Double(max(samples, 1)) }

  /// The accuracy lost, as a share of the samples; negative where some was won.
  package var loss: Double { Double(lost - won) / Double(max(samples, 1)) }

  /// The loss and so many of its standard errors.
  package func lossBound(standardErrors: Double) -> Double {
    let count = Double(max(samples, 1))
    let variance = Double(lost + won) / count - loss * loss
    return loss + standardErrors * (max(variance, 0) / count).squareRoot()
  }
}
