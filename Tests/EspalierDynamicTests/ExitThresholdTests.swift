import EspalierInference
import EspalierTensors
import Testing

@Suite struct ExitThresholdTests {
  /// A trace through one head of 10 weights before a network of 100.
  private func trace(_ confidence: Float, head: Int, end: Int) -> ExitTrace {
    ExitTrace(stops: [
      .init(bodyWeights: 0, headWeights: 10, confidence: confidence, answer: head),
      .init(bodyWeights: 100, headWeights: 0, confidence: 0, answer: end),
    ])
  }

  private func chosen(_ traces: [ExitTrace], allowed: Double) -> [Float] {
    ExitThresholds.chosen(
      traces, answers: [Int](repeating: 0, count: traces.count),
      wasRight: traces.map { $0.stops.last!.answer == 0 }, lossAllowed: allowed, standardErrors: 0)
  }

  @Test("Thresholds written by hand")
  func literal() {
    // Right down to a confidence of 0.6; wrong at 0.5, where the network is right.
    let traces = [
      trace(0.9, head: 0, end: 0), trace(0.8, head: 0, end: 0), trace(0.6, head: 0, end: 0),
      trace(0.5, head: 1, end: 0), trace(0.4, head: 0, end: 0),
    ]
    let strict = chosen(traces, allowed: 0)
    #expect(strict == [0.5], "the sample at 0.5 stays, those above leave")
    let loose = chosen(traces, allowed: 0.2)
    #expect(loose[0] < 0.4, "all leave: one in five is lost")
    #expect(chosen([trace(0.9, head: 1, end: 0)], allowed: 0.5) == [.infinity], "nothing to win")
    // Where the network is wrong too, leaving is free.
    #expect(chosen([trace(0.9, head: 1, end: 1)], allowed: 0)[0] < 0.9)
    #expect(chosen([trace(.nan, head: 0, end: 0)], allowed: 1) == [.infinity], "a NaN never leaves")
  }

  @Test("Samples of one confidence leave together")
  func ties() {
    let traces = [trace(0.7, head: 0, end: 0), trace(0.7, head: 1, end: 0), trace(0.7, head: 0, end: 0)]
    #expect(chosen(traces, allowed: 0) == [.infinity])
    #expect(chosen(traces, allowed: 0.34)[0] < 0.7)
  }

  @Test("A head that costs more than it saves is switched off")
  func expensiveHead() {
    let traces = (0..<20).map { index in
      ExitTrace(stops: [
        .init(bodyWeights: 90, headWeights: 50, confidence: Float(index) / 20, answer: 0),
        .init(bodyWeights: 100, headWeights: 0, confidence: 0, answer: 0),
      ])
    }
    #expect(chosen(traces, allowed: 1) == [.infinity])
  }

  @Test("The bound holds, with its margin, and more loss reads fewer weights", arguments: 1...3)
  func bound(seed: UInt64) {
    var random = Xoshiro256(seed: seed)
    let answers = (0..<200).map { _ in Int.random(in: 0..<3, using: &random) }
    let traces = answers.map { answer in
      func stop(_ body: Int, _ own: Int, _ skill: Float) -> ExitTrace.Stop {
        let confidence = Float.random(in: 0...1, using: &random)
        let isRight = Float.random(in: 0...1, using: &random) < skill + (1 - skill) * confidence
        return .init(
          bodyWeights: body, headWeights: own, confidence: confidence,
          answer: isRight ? answer : (answer + 1) % 3)
      }
      return ExitTrace(stops: [stop(0, 20, 0.5), stop(600, 10, 0.7), stop(1000, 0, 0.9)])
    }
    let wasRight = zip(traces, answers).map { $0.stops[2].answer == $1 }
    var previous = Double.infinity
    for allowed in [0, 0.01, 0.03, 0.1, 0.3] {
      let thresholds = ExitThresholds.chosen(
        traces, answers: answers, wasRight: wasRight, lossAllowed: allowed, standardErrors: 1)
      let result = result(of: thresholds, traces, answers, wasRight)
      #expect(result.lossBound(standardErrors: 1) <= allowed, "allowed \(allowed), seed \(seed)")
      #expect(result.weights <= previous, "allowed \(allowed), seed \(seed)")
      previous = result.weights
    }
    #expect(previous < 700, "seed \(seed)")
  }

  /// Thresholds applied sample by sample, as the engine does.
  private func result(
    of thresholds: [Float], _ traces: [ExitTrace], _ answers: [Int], _ wasRight: [Bool]
  ) -> ExitResult {
    var result = ExitResult()
    for (index, trace) in traces.enumerated() {
      var (heads, end) = (0, trace.stops.last!)
      for (head, threshold) in thresholds.enumerated() where threshold < .infinity {
        heads += trace.stops[head].headWeights
        if trace.stops[head].confidence > threshold {
          end = trace.stops[head]
          break
        }
      }
      result.note(
        weights: end.bodyWeights + heads, isRight: end.answer == answers[index], wasRight: wasRight[index])
    }
    return result
  }

  @Test func lossesAreCounted() {
    var result = ExitResult()
    #expect(result.weights == 0 && result.loss == 0 && result.lossBound(standardErrors: 2) == 0)
    for (now, before) in [(true, true), (false, true), (true, false), (false, true)] {
      result.note(weights: 10, isRight: now, wasRight: before)
    }
    #expect(result.weights == 10 && result.loss == 0.25)
    // d = 0, 1, -1, 1: a variance of 3/4 - 1/16.
    #expect(abs(result.lossBound(standardErrors: 2) - (0.25 + 2 * (0.6875 / 4).squareRoot())) < 1e-12)
  }
}
