internal import EspalierFigures
internal import EspalierTraining

extension RunPage {
  /// Accuracy and loss by epoch over all stages; nothing where nothing was trained.
  func addCurves(to page: inout HTMLPage) {
    guard stages.contains(where: { !$0.epochs.isEmpty }) else { return }
    page.heading("Training")
    let accuracy = curves("Accuracy", Axis("", labels: .percent), \.accuracy) { $0.accuracy }
    let loss = curves("Loss", Axis(""), \.loss) { $0.loss }
    page.figures(
      [accuracy, loss],
      caption: "Training accuracy and loss are measured while the weights move. "
        + "Vertical lines stand between the stages.")
  }

  private func curves(
    _ title: String, _ axis: Axis, _ training: (EpochSummary) -> Double, _ test: (Evaluation) -> Double
  ) -> LineFigure {
    var (trained, tested) = ([LineFigure.Point](), [LineFigure.Point]())
    var divisions: [Double] = []
    for epochs in stages.map(\.epochs) where !epochs.isEmpty {
      if let last = trained.last { divisions.append(last.x + 0.5) }
      for epoch in epochs {
        let number = Double(trained.count + 1)
        trained.append(LineFigure.Point(number, training(epoch)))
        if let validation = epoch.validation { tested.append(LineFigure.Point(number, test(validation))) }
      }
    }
    var series = [LineFigure.Series("training", points: trained)]
    if !tested.isEmpty { series.append(LineFigure.Series(judges, points: tested)) }
    return LineFigure(
      title: title, x: Axis("epoch", scale: .wholeNumbers), y: axis, series: series, divisions: divisions,
      width: 520, height: 360)
  }
}
