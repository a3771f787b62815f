import EspalierInference
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// A random linear head with a threshold of probability.
func head(
  at place: ExitHead.Place, for network: Network, above threshold: Float, seed: UInt64 = 8
) -> ExitHead {
  var generator = Xoshiro256(seed: seed)
  let features = ExitSite(place, in: network).features
  let classifier = Network.perceptron(
    sizes: [features, network.outputShape.reduce(1, *)], using: &generator)
  return ExitHead(at: place, classifier: classifier, rule: ExitRule(above: threshold))
}

/// The same, with a threshold that about half of the samples exceed.
func head(
  at place: ExitHead.Place, for network: Network, lettingHalfOf samples: Tensor,
  by measure: ExitRule.Measure = .probability
) -> ExitHead {
  var head = head(at: place, for: network, above: 0)
  let activations = ExitSite(place, in: network).activations(of: network, for: samples)
  let confidences = rows(of: head.classifier.predict(activations)).map { confidence($0, measure) }.sorted()
  let middle = confidences.count / 2
  head.rule = ExitRule(measure, above: Float((confidences[middle - 1] + confidences[middle]) / 2))
  return head
}

/// The rows of a matrix.
private func rows(of matrix: Tensor) -> [[Double]] {
  let (values, width) = (matrix.values, matrix.shape[1])
  return (0..<matrix.shape[0]).map { values[$0 * width..<($0 + 1) * width].map(Double.init) }
}

/// The confidence of a softmax over logits.
private func confidence(_ logits: [Double], _ measure: ExitRule.Measure) -> Double {
  let sorted = logits.sorted(by: >)
  switch measure {
  case .margin: return sorted[0] - sorted[1]
  case .probability: return 1 / logits.reduce(0) { $0 + exponential($1 - sorted[0]) }
  }
}

/// e^x by its series, for |x| up to some five.
private func exponential(_ x: Double) -> Double {
  (1...60).reversed().reduce(1) { 1 + x / Double($1) * $0 }
}

@Suite struct ExitTests {
  @Test("Every sample that may leave gets the head's logits", arguments: ComputeCase.all)
  func leaving(way: ComputeCase) {
    way {
      let network = perceptron(density: 0.5)
      let samples = sparseSamples(6)
      let places: [(ExitHead.Place, Tensor, Int)] = [
        (.input, samples.reshaped(to: [6, 90]), 0), (.node("flatten"), samples.reshaped(to: [6, 90]), 0),
        (.node("fc1"), network.prefix(through: 2).predict(samples), 3150),
        (.node("relu1"), network.prefix(through: 2).predict(samples), 3150),
        (.node("relu2"), network.prefix(through: 4).predict(samples), 3150 + 1400),
      ]
      for (place, activations, before) in places {
        let head = head(at: place, for: network, above: -1)
        let plan = DynamicInference(network, heads: [head], selection: .never)
        let (answers, outcomes) = plan.outcomes(of: samples)
        let expected = head.classifier.predict(activations).values.map(Double.init)
        #expect(largestDifference(answers.values, expected) <= 500 * 0x1p-24, "\(way), \(place)")
        let weights = before + head.classifier.parameters[0].parameter.count
        #expect(outcomes.allSatisfy { $0.exit == 0 && $0.weightsRead == weights })
      }
    }
  }

  @Test("Convolutions before an exit count, and those behind it are skipped", arguments: [false, true])
  func convolutions(isPacked: Bool) {
    var generator = Xoshiro256(seed: 12)
    var network = Network(input: [1, 9, 10]) {
      Conv2d(inputs: 1, outputs: 4, kernel: 3, using: &generator).named("conv1")
      ReLU()
      Conv2d(inputs: 4, outputs: 6, kernel: 3, using: &generator).named("conv2")
      ReLU()
      Flatten()
      Linear(inputs: 6 * 5 * 6, outputs: 5, using: &generator).named("fc")
    }
    network.prune(sparsity: 0.5, within: .eachParameter)
    if isPacked { network.pack(upTo: 1) }
    let samples = sparseSamples(6).reshaped(to: [6, 1, 9, 10])
    // Half the weights, for 7 × 8 and for 5 × 6 pixels.
    let (first, second, last) = (18 * 56, 108 * 30, 90 * 5)
    for (place, before) in [("conv1", first), ("conv2", first + second)] {
      let head = head(at: .node(place), for: network, above: -1)
      let own = head.classifier.parameters[0].parameter.count
      let plan = DynamicInference(network, heads: [head], selection: .never)
      #expect(plan.weightCount == first + second + last)
      #expect(
        plan.outcomes(of: samples).outcomes.allSatisfy { $0.exit == 0 && $0.weightsRead == before + own })
      let trace = plan.traces(of: samples)[0].stops
      #expect(trace.map(\.bodyWeights).prefix(1) == [before] && trace[0].headWeights == own)
      #expect(trace[1].bodyWeights >= plan.weightCount)
    }
    let bare = DynamicInference(network, selection: .always)
    for outcome in bare.outcomes(of: samples).outcomes {
      #expect((first + second...bare.weightCount).contains(outcome.weightsRead))
    }
  }

  @Test("A head that lets nobody go changes nothing and costs nothing when it is off")
  func staying() {
    let network = perceptron(density: 0.5)
    let samples = sparseSamples(6)
    let bare = DynamicInference(network, selection: .always).outcomes(of: samples)
    for (threshold, cost) in [(Float.infinity, 0), (2, 450)] {
      let heads = [head(at: .input, for: network, above: threshold)]
      let plan = DynamicInference(network, heads: heads, selection: .always)
      let found = plan.outcomes(of: samples)
      #expect(found.answers == bare.answers)
      for (own, other) in zip(found.outcomes, bare.outcomes) {
        #expect(own.exit == nil && (cost > 0) == (own.weightsRead > other.weightsRead))
        #expect(own.weightsRead - other.weightsRead <= cost)
      }
    }
  }

  @Test("Samples leave by the first head that is sure", arguments: ExitRule.Measure.allCases)
  func cascade(measure: ExitRule.Measure) {
    let network = perceptron(density: 0.5)
    let samples = sparseSamples(50)
    // Given out of order: a sample meets the input's first.
    let heads = [ExitHead.Place.node("fc1"), .input].map {
      head(at: $0, for: network, lettingHalfOf: samples, by: measure)
    }
    let plan = DynamicInference(network, heads: heads, selection: .never)
    let (answers, outcomes) = plan.outcomes(of: samples)
    #expect(Set(outcomes.map(\.exit)) == [0, 1, nil], "every way out is taken")
    let logits = [
      heads[1].classifier.predict(samples.reshaped(to: [50, 90])),
      heads[0].classifier.predict(network.prefix(through: 2).predict(samples)), network.predict(samples),
    ].map(rows(of:))
    let thresholds = [heads[1], heads[0]].map { Double($0.rule.threshold) }
    for sample in 0..<50 {
      let exit = (0..<2).first { confidence(logits[$0][sample], measure) > thresholds[$0] }
      #expect(outcomes[sample].exit == exit, "sample \(sample)")
      let own = answers.values[sample * 5..<(sample + 1) * 5]
      #expect(largestDifference(own, logits[exit ?? 2][sample]) <= 500 * 0x1p-24)
    }
  }

  @Test("A network that ends in a softmax gives probabilities at every exit", arguments: [false, true])
  func softmax(logarithm: Bool) {
    var generator = Xoshiro256(seed: 3)
    let network = Network(input: [9, 10]) {
      Flatten()
      Linear(inputs: 90, outputs: 20, using: &generator).named("fc1")
      ReLU()
      Linear(inputs: 20, outputs: 5, using: &generator).named("fc2")
      if logarithm { LogSoftmax() } else { Softmax() }
    }
    let samples = sparseSamples(40)
    let plan = DynamicInference(
      network, heads: [head(at: .node("fc1"), for: network, lettingHalfOf: samples)], selection: .always)
    let (answers, outcomes) = plan.outcomes(of: samples)
    #expect(Set(outcomes.map(\.exit)).count == 2)
    for sample in 0..<40 {
      let own = answers.values[sample * 5..<(sample + 1) * 5].map(Double.init)
      let sum = own.reduce(0) { $0 + (logarithm ? exponential($1) : $1) }
      #expect(abs(sum - 1) < 1e-5)
    }
  }

  @Test("Confidence is that of the formula, and undefined with a NaN", arguments: sets)
  func confidences(set: InstructionSet) {
    var random = Xoshiro256(seed: 9)
    for count in [1, 2, 3, 15, 16, 17, 40] {
      let logits = GuardedBuffer((0..<count).map { _ in Float.random(in: -2...2, using: &random) })
      let found = on(set).confidence(logits.pointer, count: count)
      let values = logits.values.map(Double.init)
      #expect(abs(Double(found.probability) - confidence(values, .probability)) < 1e-5)
      if count > 1 { #expect(abs(Double(found.margin) - confidence(values, .margin)) < 1e-6) }
      if count == 1 { #expect(found.probability == 1 && found.margin == .infinity) }
      for bad in [Float.nan, .infinity] {
        logits[count / 2] = bad
        let undefined = on(set).confidence(logits.pointer, count: count)
        #expect(undefined.probability.isNaN && undefined.margin.isNaN, "\(bad), \(count)")
      }
    }
    // Equal logits: no margin; far apart: certainty.
    #expect(on(set).confidence([1, 3, 3], count: 3).margin == 0)
    #expect(on(set).confidence([0, 200], count: 2).probability == 1)
    #expect(on(set).confidence([0, -.infinity], count: 2) == (1, .infinity))
  }

  @Test func placesAreChecked() async {
    let network = perceptron(density: 1)
    for place in [ExitHead.Place.input, .node("flatten"), .node("fc1"), .node("relu1"), .node("relu2")] {
      #expect(network.hasExit(at: place))
    }
    for name in ["fc3", "nothing", ""] { #expect(!network.hasExit(at: .node(name))) }
    let image = Network(input: [2, 3]) { ReLU() }
    #expect(!image.hasExit(at: .input), "two dimensions are no logits")
    await #expect(processExitsWith: .failure) {
      _ = head(at: .node("fc3"), for: perceptron(density: 1), above: 0)
    }
    await #expect(processExitsWith: .failure) {
      let network = perceptron(density: 1)
      let heads = [
        head(at: .node("fc1"), for: network, above: 0), head(at: .node("relu1"), for: network, above: 0),
      ]
      _ = DynamicInference(network, heads: heads, selection: .never)
    }
    await #expect(processExitsWith: .failure) {
      let network = perceptron(density: 1)
      let wrong = head(at: .node("fc1"), for: network, above: 0).classifier
      _ = DynamicInference(network, heads: [ExitHead(at: .input, classifier: wrong)], selection: .never)
    }
    await #expect(processExitsWith: .failure) { _ = ExitRule(above: .nan) }
  }
}
