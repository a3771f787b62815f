import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierRecipes
import EspalierTensors
import EspalierTraining
import Foundation
import Testing

@Suite struct SuggestionTests {
  /// A report with given measurements: of each layer its weights, those gone before, and (pruned, loss) at each level.
  private func report(_ layers: [(weights: Int, pruned: Int, points: [(Int, Double)])]) throws
    -> SensitivityReport
  {
    let list = layers.enumerated().map { index, layer in
      let points = layer.points.map {
        """
        {"sparsity": \(Double($0.0) / Double(layer.weights)), "pruned": \($0.0), "accuracy": \(1 - $0.1), "loss": \($0.1)}
        """
      }
      return """
        {"node": "fc\(index + 1)", "name": "fc\(index + 1).weight", "weights": \(layer.weights),
         "pruned": \(layer.pruned), "points": [\(points.joined(separator: ","))]}
        """
    }
    let text = #"{"samples": 10, "accuracy": 1, "loss": 0, "layers": [\#(list.joined(separator: ","))]}"#
    return try JSONDecoder().decode(SensitivityReport.self, from: Data(text.utf8))
  }

  /// What amounts cost by interpolation between the measurements, without any hull.
  private func cost(_ report: SensitivityReport, _ amounts: [Int]) -> Double {
    zip(report.layers, amounts).reduce(0) { sum, part in
      let (layer, amount) = part
      var vertices = [(layer.pruned, 0.0)]
      for point in layer.points where point.pruned > vertices.last!.0 {
        vertices.append((point.pruned, point.loss))
      }
      let end = vertices.firstIndex { $0.0 >= amount }!
      if vertices[end].0 == amount { return sum + vertices[end].1 }
      let (a, b) = (vertices[end - 1], vertices[end])
      return sum + a.1 + (b.1 - a.1) * Double(amount - a.0) / Double(b.0 - a.0)
    }
  }

  @Test func theInsensitiveLayerGoesFirst() throws {
    let report = try report([
      (100, 0, [(50, 1), (90, 5)]), (100, 0, [(50, 0.01), (90, 0.05)]), (10, 0, [(9, 10)]),
    ])
    #expect(report.suggestion(sparsity: 50 / 210).layers.map(\.pruned) == [0, 50, 0])
    let suggestion = report.suggestion(sparsity: 100 / 210)
    #expect(suggestion.layers.map(\.pruned) == [10, 90, 0], "a layer stops at its highest level")
    #expect(abs(suggestion.predictedCost - (0.05 + 0.2)) < 1e-12 && suggestion.pruned == 100)
    #expect(suggestion.argument == "fc1=0.1,fc2=0.9,fc3=0.0")
    #expect(report.suggestion(sparsity: 0).layers.map(\.pruned) == [0, 0, 0])
    #expect(report.suggestion(sparsity: 189 / 210).layers.map(\.pruned) == [90, 90, 9])
  }

  @Test func gainsAreTakenAndBumpsAreJumped() throws {
    // The first layer gets better with 40 gone; in the second the middle level is worse than its neighbours.
    let report = try report([(100, 0, [(40, -0.5), (80, 0.5)]), (100, 10, [(50, 9), (90, 0.4)])])
    #expect(report.suggestion(sparsity: 50 / 200).layers.map(\.pruned) == [40, 10])
    #expect(report.suggestion(sparsity: 130 / 200).layers.map(\.pruned) == [40, 90])
  }

  @Test func totalsAreExactAndNoAmountsAreCheaper() throws {
    var generator = Xoshiro256(seed: 21)
    for round in 0..<60 {
      let layers = (0..<3).map { _ -> (Int, Int, [(Int, Double)]) in
        let weights = Int.random(in: 4...14, using: &generator)
        // Convex: slopes grow.
        var (slope, loss, points) = (Double.random(in: -0.2...0.5, using: &generator), 0.0, [(Int, Double)]())
        for pruned in stride(from: 2, through: weights, by: 2) {
          loss += 2 * slope
          slope += Double.random(in: 0.01...1, using: &generator)
          points.append((pruned, loss))
        }
        return (weights, 0, points)
      }
      let report = try report(layers)
      let reach = report.reachableSparsities
      let sparsity = Double.random(in: reach, using: &generator)
      let suggestion = report.suggestion(sparsity: sparsity)
      let wanted = Int((sparsity * Double(report.weights)).rounded())
      let amounts = suggestion.layers.map(\.pruned)
      #expect(amounts.reduce(0, +) == wanted, "round \(round), seed 21")
      #expect(abs(cost(report, amounts) - suggestion.predictedCost) < 1e-9, "round \(round), seed 21")
      let most = report.layers.map { $0.points.last!.pruned }
      for a in 0...most[0] {
        for b in 0...most[1] where (0...most[2]).contains(wanted - a - b) {
          #expect(
            cost(report, [a, b, wanted - a - b]) >= suggestion.predictedCost - 1e-9, "round \(round), seed 21"
          )
        }
      }
    }
  }

  @Test func accuracyCanBeWhatIsKept() throws {
    let text = #"""
      {"samples": 10, "accuracy": 0.9, "loss": 1, "layers": [
        {"node": "a", "name": "a.weight", "weights": 10, "pruned": 0,
         "points": [{"sparsity": 0.5, "pruned": 5, "accuracy": 0.9, "loss": 3}]},
        {"node": "b", "name": "b.weight", "weights": 10, "pruned": 0,
         "points": [{"sparsity": 0.5, "pruned": 5, "accuracy": 0.1, "loss": 2}]}]}
      """#
    let report = try JSONDecoder().decode(SensitivityReport.self, from: Data(text.utf8))
    #expect(report.suggestion(sparsity: 0.25, minimizing: .loss).layers.map(\.pruned) == [0, 5])
    let kept = report.suggestion(sparsity: 0.25, minimizing: .accuracy)
    #expect(kept.layers.map(\.pruned) == [5, 0] && kept.predictedCost == 0)
  }

  @Test func theWordsPruneExactlyAsMany() throws {
    var generator = Xoshiro256(seed: 22)
    for _ in 0..<300 {
      let weights = Int.random(in: 1...3_000_000, using: &generator)
      let pruned = Int.random(in: 0...weights, using: &generator)
      let layer = try report([(weights, pruned, [(weights, 1)])]).suggestion(
        sparsity: Double(pruned) / Double(weights)
      )
      .layers[0]
      #expect(layer.pruned == pruned)
      let value = try #require(Double(layer.sparsityText))
      #expect(
        Int((value * Double(weights)).rounded()) == pruned, "\(pruned) of \(weights): \(value), seed 22")
      #expect(layer.sparsityText.count <= 10)
    }
  }

  @Test func outOfReachTraps() async {
    await #expect(processExitsWith: .failure) {
      let report = try SuggestionTests().report([(10, 2, [(9, 1)])])
      _ = report.suggestion(sparsity: 0.95)
    }
    await #expect(processExitsWith: .failure) {
      let report = try SuggestionTests().report([(10, 2, [(9, 1)])])
      _ = report.suggestion(sparsity: 0.1)
    }
  }

  /// Two layers in a row, the first with many weights of which nine tenths multiply inputs that are always 0, the second
  /// with few that all matter: what uniform pruning takes from the second is better taken from the first.
  private func lopsided() -> (Network, Dataset) {
    var generator = Xoshiro256(seed: 23)
    let data = Dataset(
      samples: .floats(
        (0..<400).flatMap { sample in
          (0..<40).map { $0 == sample % 4 ? Float.random(in: 0.5...1, using: &generator) : 0 }
        }), sampleShape: [40], answers: .classes((0..<400).map { Int32($0 % 4) }, count: 4))
    let first = (0..<8 * 40).map { index in
      index % 40 == index / 40 % 4 ? Float(2) : 0.5 + 0.001 * Float.random(in: 0...1, using: &generator)
    }
    let second = (0..<4 * 8).map { index -> Float in index % 8 % 4 == index / 8 ? 1 : -0.3 }
    let network = Network(input: [40]) {
      Linear(weight: Tensor(first, shape: [8, 40])).named("fc1")
      ReLU()
      Linear(weight: Tensor(second, shape: [4, 8])).named("fc2")
    }
    return (network, data)
  }

  @Test func suggestionsBeatUniformAmounts() throws {
    let (network, data) = lopsided()
    let report = SensitivityAnalysis().measure(network, on: data)
    #expect(report.accuracy == 1)
    let suggestion = report.suggestion(sparsity: 0.9)
    var pruned = network
    let results = suggestion.pruner().prune(&pruned, to: .given)
    #expect(results.map(\.after) == suggestion.layers.map { $0.weights - $0.pruned })
    #expect(results.reduce(0) { $0 + $1.after } == 352 - Int((0.9 * 352).rounded()))
    let compared = SensitivityAnalysis().compare(suggestion, of: network, on: data)
    let evaluation = pruned.evaluate(on: data)
    #expect(compared.suggested.loss == evaluation.loss && compared.suggested.accuracy == evaluation.accuracy)
    var uniform = network
    Pruner(minimumKept: 0).prune(&uniform, to: .sparsity(suggestion.sparsity))
    #expect(compared.uniform.loss == uniform.evaluate(on: data).loss)
    var global = network
    global.prune(sparsity: suggestion.sparsity, within: .network)
    #expect(compared.global.loss == global.evaluate(on: data).loss)
    #expect(compared.suggested.loss < compared.uniform.loss, "\(suggestion.argument)")
    #expect(compared.suggested.accuracy > compared.uniform.accuracy, "\(suggestion.argument)")
  }
}
