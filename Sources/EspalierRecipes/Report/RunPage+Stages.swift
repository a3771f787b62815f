internal import EspalierFigures
internal import EspalierNetworks
internal import EspalierPruning
internal import EspalierTensors
internal import EspalierTraining

extension RunPage {
  /// More stages than this are told as a curve, and the summary names the first and the last only.
  private static let fewStages = 4

  /// What the run came to, in two sentences.
  func addSummary(_ left: LayerSurvivors, to page: inout HTMLPage) {
    let named = stages.count > Self.fewStages ? [first, last] : stages
    let results = tests.isEmpty ? named.map { (name: $0.name, evaluation: $0.evaluation) } : tests
    let accuracies = results.map { "\($0.name): \(percentage($0.evaluation.accuracy))" }
      .joined(separator: ", ")
    let rate = left.alive > 0 ? " (\(left.compression.formatted(decimals: 2))×)" : ""
    page.paragraph(
      "Accuracy on \(results[0].evaluation.samples) \(tests.isEmpty ? judges : "test") samples – \(accuracies). "
        + "\(left.alive) of \(left.total) values are left\(rate).")
  }

  /// The quality of every stage.
  func addStages(to page: inout HTMLPage) {
    page.heading("Accuracy")
    page.figures([stages.count > Self.fewStages ? curve : bars])
    let rows = stages.map { stage in
      let seconds = stage.epochs.reduce(0) { $0 + $1.seconds + $1.evaluationSeconds }
      return [
        stage.name, percentage(stage.evaluation.accuracy), stage.evaluation.loss.formatted(decimals: 4),
        "\(SurvivorReport(of: stage.network).alive)", "\(stage.epochs.count)", seconds.formatted(decimals: 1),
      ]
    }
    page.table(
      header: ["stage", "accuracy", "loss", "values left", "epochs", "seconds"], rows: rows,
      caption: "Evaluated on \(last.evaluation.samples) \(judges) samples.")
  }

  /// The share of the first stage's weights, biases apart, that a network has not: pruned, or removed with their channels.
  private func shareGone(_ network: Network) -> Double {
    let total = first.network.weights.reduce(0) { $0 + $1.count }
    return 1 - Double(network.weights.reduce(0) { $0 + $1.survivors }) / Double(max(total, 1))
  }

  private var bars: any Figure {
    BarFigure(
      title: "Accuracy of each stage", axis: Axis("accuracy", labels: .percent, range: 0...1),
      bars: stages.map {
        BarFigure.Bar($0.name, $0.evaluation.accuracy, label: percentage($0.evaluation.accuracy))
      }, width: 600)
  }

  /// Accuracy against the share of weights that is gone: stages that end a training, and those that only pruned.
  private var curve: any Figure {
    let trained = stages.filter { !$0.epochs.isEmpty }
    let untrained = stages.filter(\.epochs.isEmpty)
    let series = [("trained", trained), ("pruned, not trained", untrained)].compactMap { name, stages in
      stages.isEmpty
        ? nil
        : LineFigure.Series(
          name, points: stages.map { LineFigure.Point(shareGone($0.network), $0.evaluation.accuracy) })
    }
    return LineFigure(
      title: "Accuracy by share of weights pruned",
      x: Axis("share of weights pruned", scale: .sharePruned, labels: .percent),
      y: Axis("accuracy on \(judges) samples", labels: .percent), series: series, width: 600, height: 400)
  }
}

extension Network {
  /// All weights, biases apart.
  fileprivate var weights: [Parameter] { parameters.map(\.parameter).filter { $0.role == .weight } }
}
