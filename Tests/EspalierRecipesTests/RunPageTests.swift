import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierRecipes
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct RunPageTests {
  private let data: Dataset = {
    var generator = Xoshiro256(seed: 31)
    let classes = (0..<60).map { Int32($0 % 3) }
    let pixels = classes.flatMap { label in
      (0..<16).map { UInt8.random(in: $0 % 3 == Int(label) ? 120...255 : 0...135, using: &generator) }
    }
    return Dataset(
      samples: .bytes(pixels, scale: 1 / 255, offset: 0), sampleShape: [4, 4],
      answers: .classes(classes, count: 3))
  }()

  private func stages(_ network: Network, epochs: Int = 2, retrainEpochs: Int = 3) -> [RunPage.Stage] {
    var stages: [RunPage.Stage] = []
    PruneAndRetrain(
      settings: TrainingSettings(batchSize: 16, seed: 4), epochs: epochs, retrainEpochs: retrainEpochs,
      sensitivity: 0.8
    ).run(network, training: data, test: data) { event in
      switch event {
      case .training: break
      case .trained(let stage): stages.append(.init("dense", stage))
      case .pruned(let stage, _): stages.append(.init("pruned", stage))
      case .retrained(let stage): stages.append(.init("retrained", stage))
      }
      return .proceed
    }
    return stages
  }

  private func perceptron(_ connectivity: Connectivity = .dense, input: [Int] = [4, 4]) -> Network {
    var generator = Xoshiro256(seed: 32)
    return .perceptron(sizes: [16, 9, 3], input: input, connectivity: connectivity, using: &generator)
  }

  private func page(_ stages: [RunPage.Stage], shape: [Int] = [4, 4]) throws -> MarkupElement {
    let recipe = PruneAndRetrain(
      settings: TrainingSettings(optimizer: .sgd, nesterov: true, warmUp: 1, seed: 77)
    ).facts
    let page = RunPage(title: "a <model> & data", stages: stages, sampleShape: shape, recipe: recipe)
    return try MarkupElement.parse(page.html)
  }

  private func titles(_ page: MarkupElement) -> [String] { page.all("text", class: "title").map(\.text) }

  @Test func everythingIsThere() throws {
    let stages = stages(perceptron())
    let page = try page(stages)
    #expect(page.all("h1").map(\.text) == ["a <model> & data"])
    #expect(
      page.all("h2").map(\.text) == [
        "Accuracy", "Training", "What is left of each layer", "Weights", "Where the network looks", "Recipe",
        "Machine",
      ])
    #expect(
      titles(page) == [
        "Accuracy of each stage", "Accuracy", "Loss", "Weights that are left", "fc1.weight", "fc2.weight",
        "fc1.weight",
      ])
    let cells = page.all("td").map(\.text)
    for stage in stages {
      let accuracy = "\((100 * stage.evaluation.accuracy).formatted(decimals: 2)) %"
      #expect(cells.contains(stage.name) && cells.contains(accuracy), "\(cells)")
    }
    let facts = cells.joined(separator: "\n")
    for fact in ["sgd, looking ahead (Nesterov)", "0.05, schedule cosine", "1.0 epochs", "77"] {
      #expect(facts.contains(fact), "\(fact)")
    }
    for fact in ComputeSummary().facts { #expect(cells.contains(fact.value), "\(fact)") }
  }

  @Test func barsAndTablesSayWhatIsLeft() throws {
    let stages = stages(perceptron())
    let page = try page(stages)
    let report = SurvivorReport(of: stages.last!.network)
    let bars = page.all("rect", class: "bar").suffix(2).map { $0.all("title")[0].text }
    for (bar, row) in zip(bars, report.rows.filter { $0.path.name == "weight" }) {
      let share = (100 * Double(row.nonzero) / Double(row.total)).formatted(decimals: 2)
      #expect(bar == "\(row.path.node): \(share) % of \(row.total)")
    }
    let rows = page.all("tr").map { $0.children.map(\.text) }
    for row in report.rows {
      #expect(rows.contains { $0[0] == row.path.description && $0[3] == "\(row.nonzero)" })
    }
    #expect(page.all("p")[0].text.contains("\(report.alive) of \(report.total) values are left"))
  }

  @Test func costsStandSideBySide() throws {
    let stages = stages(perceptron())
    let cost = CostComparison(
      before: CostReport(of: stages[0].network, fileBytes: 2000),
      after: CostReport(measuring: stages[2].network, fileBytes: 1000))
    let page = try MarkupElement.parse(
      RunPage(title: "t", stages: stages, sampleShape: [4, 4], recipe: [], cost: cost).html)
    let rows = page.all("tr").map { $0.children.map(\.text) }
    #expect(page.all("h2").contains { $0.text == "What it costs" })
    #expect(rows.contains(["bytes of the file", "2000", "1000", "2.00×"]))
    let left = cost.after.survivingMultiplyAccumulates
    let ratio = (Double(16 * 9 + 27) / Double(left)).formatted(decimals: 2)
    #expect(rows.contains(["multiplications left", "171", "\(left)", "\(ratio)×"]))
    #expect(!rows.contains { $0[0] == "time of one sample" }, "it was not measured before")
    let layer = try #require(rows.first { $0[0] == "fc1" && $0.count == 8 })
    #expect(
      layer[1...2] == ["linear", "9"] && layer[4] == "144" && layer[6] == "36" && layer[7].hasSuffix(" µs"))
    #expect(layer[5].hasPrefix("144 → "), "\(layer)")
  }

  @Test func removedChannelsCountAsGone() throws {
    var stages: [RunPage.Stage] = []
    try PruneChannelsAndRetrain(
      settings: TrainingSettings(batchSize: 16, seed: 4), epochs: 1, retrainEpochs: 1,
      target: .channels(0.7), rounds: 2
    ).run(perceptron(), training: data, test: data) { event in
      switch event {
      case .training: break
      case .trained(let stage): stages.append(.init("dense", stage))
      case .pruned(let stage, let round, _): stages.append(.init("pruned \(round)", stage))
      case .retrained(let stage, let round): stages.append(.init("retrained \(round)", stage))
      }
      return .proceed
    }
    let widths = stages.map { $0.network[ParameterPath(node: "fc1", name: "weight")]!.shape[0] }
    #expect(widths[0] == 9 && widths.last == 3)
    let cost = CostComparison(
      before: CostReport(of: stages[0].network), after: CostReport(of: stages.last!.network))
    let page = try MarkupElement.parse(
      RunPage(title: "t", stages: stages, sampleShape: [4, 4], recipe: [], cost: cost).html)
    // 9 neurons of 16 inputs and a bias, read by 3: 183 values, of which 3 neurons' stay.
    let ratio = (183.0 / 63).formatted(decimals: 2)
    #expect(
      page.all("p")[0].text.hasSuffix("63 of 183 values are left (\(ratio)×)."), "\(page.all("p")[0].text)")
    let bars = page.all("rect", class: "bar").suffix(2).map { $0.all("title")[0].text }
    #expect(bars == ["fc1: 33.33 % of 144", "fc2: 33.33 % of 27"])
    let rows = page.all("tr").map { $0.children.map(\.text) }
    #expect(rows.contains(["fc1.weight", "9 × 16 → 3 × 16", "144", "48", "33.33 %"]))
    #expect(rows.contains(["fc2.bias", "3", "3", "3", "100.00 %"]))
    #expect(
      rows.contains(["fc1", "linear", "9 → 3", "153 → 51", "144 → 48", "144 → 48", "36 → 12", "–"]), "\(rows)"
    )
    // 9 · 16 + 9 · 3 weights, 19 a neuron.
    let figure = page.all("svg", class: "figure")[0]
    #expect(titles(figure) == ["Accuracy by share of weights pruned"])
    let tips = figure.all("path", class: "marker").flatMap { $0.all("title") }.map(\.text)
    let ends = tips.map { String($0.split(separator: " ").suffix(2).joined(separator: " ")) }
    let shares = widths.map { $0 == 9 ? "0 %" : "\((100 * (1 - Double($0) / 9)).formatted(decimals: 2)) %" }
    #expect(ends.sorted() == shares.sorted(), "\(tips)")
  }

  @Test func curvesCoverEveryEpoch() throws {
    let page = try page(stages(perceptron(), epochs: 2, retrainEpochs: 3))
    let figures = page.all("figure")[1].all("svg", class: "figure")
    #expect(figures.count == 2)
    for figure in figures {
      let points = figure.all("path", class: "marker").filter { !$0.all("title").isEmpty }
      #expect(points.count == 10, "training and test")
      let plot = try #require(figure.all("svg").first)
      #expect(plot.all("line", class: "axis").count == 1, "the line between training and retraining")
    }
  }

  @Test func picturesCountConnections() throws {
    let stages = stages(perceptron())
    let page = try page(stages)
    let left = stages.last!.network[ParameterPath(node: "fc1", name: "weight")]!.columnSurvivors
    let picture = page.all("svg", class: "figure").last!
    #expect(picture.all("text").map(\.text) == ["fc1.weight", "0", "\(left.max()!)", "weights left"])
    let heat = picture.all("g", class: "heat")[0]
    #expect(heat.all("path").map { Int($0.number("fill-opacity") * 1000) }.max() == 1000)
  }

  @Test func channelsHaveAPictureEach() throws {
    let network = perceptron(input: [2, 2, 4])
    let stage = RunPage.Stage(
      "as it is", network: network, evaluation: network.evaluate(on: reshaped([2, 2, 4])))
    let page = try page([stage], shape: [2, 2, 4])
    #expect(titles(page).suffix(2) == ["channel 1", "channel 2"])
  }

  private func reshaped(_ shape: [Int]) -> Dataset {
    Dataset(samples: data.samples, sampleShape: shape, answers: data.answers)
  }

  @Test func whatIsNotThereIsLeftOut() throws {
    let network = perceptron(input: [16])
    let stage = RunPage.Stage("as it is", network: network, evaluation: network.evaluate(on: reshaped([16])))
    let page = try page([stage], shape: [16])
    #expect(
      page.all("h2").map(\.text) == [
        "Accuracy", "What is left of each layer", "Weights", "Recipe", "Machine",
      ])
    #expect(page.all("path", class: "area").count == 2, "one histogram a layer")
  }

  @Test func networksBornSparseAndEmptyOnesHavePagesToo() throws {
    let page = try page(stages(perceptron(.density(0.3))))
    #expect(page.all("h2").count == 7)
    var empty = perceptron()
    empty.prune(sparsity: 1, within: .eachParameter)
    let evaluation = empty.evaluate(on: data)
    let pruned = try self.page([.init("a", network: empty, evaluation: evaluation)])
    #expect(!pruned.all("h2").map(\.text).contains("Weights") && pruned.all("h2").count == 5)
  }

  @Test func recipesHavePagesOfManyStages() throws {
    let recipe = Recipe(
      training: TrainingSettings(batchSize: 16, seed: 5), epochs: 2, heldOut: 20,
      strategy: .iterative(IterativeStrategy(sparsity: 0.9, rounds: 5, retrainEpochs: 1, maximumDrop: 100)))
    let outcome = try recipe.run(perceptron(), training: data, test: data.prefix(30))
    #expect(outcome.stages.count > 4 && outcome.best != nil)
    let made = recipe.page(of: outcome, title: "t", text: "rounds: <5>", sampleShape: [4, 4])
    let page = try MarkupElement.parse(made.html)
    let best = try #require(outcome.test).best
    let summary = page.all("p")[0].text
    #expect(summary.hasPrefix("Accuracy on 30 test samples – dense: "), "\(summary)")
    #expect(
      summary.contains("\(outcome.best!.name): \((100 * best.accuracy).formatted(decimals: 2)) %"),
      "\(summary)")
    #expect(page.all("caption").map(\.text).contains("Evaluated on 20 held-out samples."))
    let figure = page.all("svg", class: "figure")[0]
    #expect(titles(figure) == ["Accuracy by share of weights pruned"])
    let markers = figure.all("path", class: "marker").filter { !$0.all("title").isEmpty }
    #expect(markers.count == outcome.stages.count)
    #expect(page.all("pre").map(\.text) == ["rounds: <5>"] && page.all("td").map(\.text).contains("90.00 %"))
  }

  @Test func theChosenStageIsWhatIsShown() throws {
    let stages = stages(perceptron())
    let recipe = [(name: "a", value: "b")]
    var page = RunPage(title: "t", stages: stages, chosen: 0, sampleShape: [4, 4], recipe: recipe)
    let dense = try MarkupElement.parse(page.html)
    #expect(dense.all("p")[0].text.contains("183 of 183 values are left"))
    page.recipeText = "key: value\n  deeper: <b>"
    #expect(try MarkupElement.parse(page.html).all("pre").map(\.text) == ["key: value\n  deeper: <b>"])
  }
}
