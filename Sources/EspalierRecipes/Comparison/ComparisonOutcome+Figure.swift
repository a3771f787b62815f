public import EspalierFigures
public import EspalierTensors

extension ComparisonOutcome {
  /// Accuracy against the share of weights pruned, one line a way, with bands of one standard deviation over the seeds.
  public var figure: LineFigure {
    LineFigure(
      title: "\(model) on \(dataset): accuracy against weights pruned",
      x: Axis("weights pruned", scale: .sharePruned, labels: .percent),
      y: Axis("test accuracy", labels: .percent, range: range),
      series: lines.map { line in
        LineFigure.Series(
          line.family.title,
          points: line.points.map { LineFigure.Point($0.sparsity, $0.accuracy, spread: $0.deviation) })
      })
  }

  /// From a little below what matters: networks that only guess would flatten all that is worth seeing.
  private var range: ClosedRange<Double> {
    let all = lines.flatMap(\.points).map(\.accuracy)
    let top = all.max() ?? 1
    let bottom = max(all.min() ?? 0, top - 0.1)
    return (bottom - 0.005)...min(1, top + 0.005)
  }

  /// The figure with its numbers and how they came about, as a page of its own.
  public func page(machine: ComputeSummary = ComputeSummary()) -> HTMLPage {
    var page = HTMLPage(title: "Ways to prune: \(model) on \(dataset)")
    page.figures(
      [figure],
      caption: "Test accuracy against the share of weights pruned"
        + (settings.seeds.count > 1
          ? ": means over \(settings.seeds.count) seeds, bands of one standard deviation." : ", one seed."))
    page.heading("Where each loses one point")
    page.table(
      header: ["way", "share pruned"],
      rows: lines.map { [$0.family.title, $0.losesOnePointAt.map(percentage) ?? "not up to the last point"] })
    page.heading("Accuracy")
    page.table(
      header: ["way"] + settings.sparsities.map(percentage),
      rows: lines.map { line in [line.family.title] + line.points.map(\.text) })
    page.heading("Settings")
    page.facts(
      [
        ("epochs", "\(settings.epochs) of dense training, \(settings.retrainEpochs) of each retraining"),
        ("L1", "strength \(settings.strengthL1)"), ("L2", "weight decay \(settings.training.weightDecay)"),
        ("criterion", settings.pruning.criterion.rawValue),
        ("distribution", settings.pruning.distribution.rawValue),
        ("seeds", settings.seeds.map(String.init).joined(separator: ", ")),
      ] + settings.training.facts.filter { $0.name != "seed" && $0.name != "weight decay" })
    page.heading("Machine")
    page.facts(machine.facts)
    return page
  }
}

extension ComparisonOutcome.Mean {
  /// The accuracy in percent, with its deviation where there is one.
  fileprivate var text: String {
    let spread = deviation.map { " ± \((100 * $0).formatted(decimals: 2))" } ?? ""
    return (100 * accuracy).formatted(decimals: 2) + spread + " %"
  }
}
