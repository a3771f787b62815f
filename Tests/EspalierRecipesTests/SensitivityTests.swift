import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierRecipes
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct SensitivityTests {
  private func network(_ sizes: [Int], seed: UInt64) -> Network {
    var generator = Xoshiro256(seed: seed)
    return .perceptron(sizes: sizes, using: &generator)
  }

  private func samples(_ count: Int, features: Int, classes: Int, seed: UInt64) -> Dataset {
    var generator = Xoshiro256(seed: seed)
    return Dataset(
      samples: .floats((0..<count * features).map { _ in Float.random(in: -1...1, using: &generator) }),
      sampleShape: [features],
      answers: .classes(
        (0..<count).map { _ in Int32.random(in: 0..<Int32(classes), using: &generator) }, count: classes))
  }

  @Test(arguments: ComputeCase.all) func everyPointIsPruningAndEvaluating(_ way: ComputeCase) throws {
    way {
      let network = network([9, 14, 6, 4], seed: 1)
      let data = samples(70, features: 9, classes: 4, seed: 2)
      let loss = CrossEntropy(labelSmoothing: 0.1)
      let analysis = SensitivityAnalysis(levels: [0.95, 0, 0.5, 0.5, 1], loss: loss)
      #expect(analysis.levels == [0, 0.5, 0.95, 1])
      let report = analysis.measure(network, on: data)
      let whole = network.evaluate(on: data, loss: loss)
      #expect(report.accuracy == whole.accuracy && report.loss == whole.loss && report.samples == 70)
      #expect(report.layers.map(\.name) == ["fc1.weight", "fc2.weight", "fc3.weight"], "\(way)")
      for layer in report.layers {
        for (point, level) in zip(layer.points, analysis.levels) {
          var copy = network
          copy.prune(sparsity: level, within: .eachParameter, .weights(of: [layer.node]))
          let evaluation = copy.evaluate(on: data, loss: loss)
          #expect(
            point.sparsity == level
              && point.pruned == Int((level * Double(layer.weights)).rounded(.toNearestOrEven)))
          #expect(
            point.accuracy == evaluation.accuracy && point.loss == evaluation.loss,
            "\(layer.name) \(level), \(way)")
        }
      }
    }
  }

  @Test func anyCriterionCanChoose() {
    let network = network([9, 14, 4], seed: 13)
    let data = samples(70, features: 9, classes: 4, seed: 14)
    let calibration = samples(20, features: 9, classes: 4, seed: 15)
    let analysis = SensitivityAnalysis(levels: [0.7], criterion: TaylorCriterion(), calibration: calibration)
    let report = analysis.measure(network, on: data)
    for layer in report.layers {
      var copy = network
      Pruner(criterion: TaylorCriterion(), selection: .weights(of: [layer.node]))
        .prune(&copy, to: .sparsity(0.7), samples: calibration)
      #expect(layer.points[0].loss == copy.evaluate(on: data).loss)
    }
    let magnitude = SensitivityAnalysis(levels: [0.7]).measure(network, on: data)
    #expect(report.layers[0].points != magnitude.layers[0].points)
  }

  @Test func whatWasPrunedBeforeCounts() throws {
    var network = network([10, 10, 3], seed: 3)
    network.prune(sparsity: 0.6, within: .eachParameter, .weights(of: ["fc1"]))
    let data = samples(20, features: 10, classes: 3, seed: 4)
    let report = SensitivityAnalysis(levels: [0, 0.5, 0.8]).measure(network, on: data)
    #expect(report.layers[0].pruned == 60 && report.layers[0].points.map(\.pruned) == [60, 60, 80])
    #expect(report.layers[0].points[1].loss == report.loss && report.layers[0].points[2].loss != report.loss)
    #expect(report.layers[1].pruned == 0 && report.layers[1].points.map(\.pruned) == [0, 15, 24])
    #expect(report.reachableSparsities == 60.0 / 130...104.0 / 130)
  }

  @Test func packedNetworksAreMeasuredToo() throws {
    var masked = network([12, 9, 3], seed: 5)
    masked.prune(sparsity: 0.5, within: .eachParameter)
    var packed = masked
    packed.pack(upTo: 1)
    let data = samples(30, features: 12, classes: 3, seed: 6)
    let analysis = SensitivityAnalysis(levels: [0.5, 0.75])
    let (a, b) = (analysis.measure(masked, on: data), analysis.measure(packed, on: data))
    for (left, right) in zip(a.layers, b.layers) {
      #expect(left.pruned == right.pruned && left.points.map(\.pruned) == right.points.map(\.pruned))
      // Sums in another order.
      for (p, q) in zip(left.points, right.points) { #expect(abs(p.loss - q.loss) < 1e-5) }
    }
    #expect(packed.parameters.first { $0.path.node == "fc1" }!.parameter.survivors == 54, "the network stays")
  }

  @Test func onlyWhatIsSelectedIsPruned() throws {
    let network = network([6, 5, 4, 3], seed: 7)
    let data = samples(10, features: 6, classes: 3, seed: 8)
    let analysis = SensitivityAnalysis(levels: [0.5], selection: .weights(of: ["fc3", "fc1"]))
    #expect(analysis.measure(network, on: data).layers.map(\.node) == ["fc1", "fc3"])
  }

  @Test func progressIsToldAndStops() {
    let network = network([6, 5, 3], seed: 9)
    let data = samples(10, features: 6, classes: 3, seed: 10)
    var told: [Int] = []
    let analysis = SensitivityAnalysis(levels: [0.2, 0.4, 0.6])
    let report = analysis.measure(network, on: data) { progress in
      #expect(progress.total == 7)
      told.append(progress.done)
      return .proceed
    }
    #expect(report != nil && told == [1, 2, 3, 4, 5, 6, 7])
    for end in [1, 4, 7] {
      #expect(analysis.measure(network, on: data) { $0.done == end ? .stop : .proceed } == nil)
    }
  }

  @Test func tablesAndFigures() throws {
    let network = network([6, 5, 3], seed: 11)
    let data = samples(10, features: 6, classes: 3, seed: 12)
    let report = SensitivityAnalysis(levels: [0, 0.9]).measure(network, on: data)
    let lines = report.csv.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 6 && lines[0] == "layer,weights,sparsity,pruned,accuracy,loss" && lines[5].isEmpty)
    let point = report.layers[1].points[1]
    #expect(lines[4] == "fc2.weight,15,0.9,14,\(point.accuracy),\(point.loss)", "⌊13.5⌉")
    let root = try MarkupElement.parse(report.figure(title: "a < b").svg)
    #expect(root.all("text", class: "title").map(\.text) == ["a < b"])
    #expect(root.all("text").map(\.text).filter { $0.hasPrefix("fc") } == ["fc1.weight", "fc2.weight"])
  }

  @Test func levelsOutsideTrap() async {
    await #expect(processExitsWith: .failure) { _ = SensitivityAnalysis(levels: []) }
    await #expect(processExitsWith: .failure) { _ = SensitivityAnalysis(levels: [1.1]) }
    await #expect(processExitsWith: .failure) { _ = SensitivityAnalysis(levels: [.nan]) }
  }
}
