internal import EspalierFigures
public import EspalierNetworks
internal import EspalierPruning
public import EspalierTensors
public import EspalierTraining

/// A run of any recipe as a page of its own: what its stages reach, how training went, what is left of each layer, where
/// the network looks, and what made it.
///
///     let page = RunPage(
///       title: "lenet-300-100 on fashion-mnist", stages: [dense, pruned, retrained], sampleShape: [28, 28],
///       recipe: [("epochs", "15")] + settings.facts)
///     try AtomicFile.write(Array(page.html.utf8), to: "report.html")
public struct RunPage: Sendable {
  /// A network at one point of a run.
  public struct Stage: Sendable {
    /// What the stage is called, such as `pruned`.
    public let name: String
    /// The network.
    public let network: Network
    /// Its evaluation.
    public let evaluation: Evaluation
    /// The epochs since the stage before; none where nothing was trained.
    public let epochs: [EpochSummary]

    /// A stage.
    public init(_ name: String, network: Network, evaluation: Evaluation, epochs: [EpochSummary] = []) {
      self.name = name
      self.network = network
      self.evaluation = evaluation
      self.epochs = epochs
    }
  }

  /// The page's title.
  public let title: String
  /// The stages in order; weights are compared between the first and the last.
  public let stages: [Stage]
  /// The shape of a sample; inputs of two dimensions, or of two behind channels, are shown as pictures.
  public let sampleShape: [Int]
  /// The recipe and its settings, in words.
  public let recipe: [(name: String, value: String)]
  /// What computed.
  public let machine: ComputeSummary

  /// A page, computed as the current task computes; traps without stages.
  public init(
    title: String, stages: [Stage], sampleShape: [Int], recipe: [(name: String, value: String)],
    machine: ComputeSummary = ComputeSummary()
  ) {
    precondition(!stages.isEmpty, "a run has at least one stage")
    self.title = title
    self.stages = stages
    self.sampleShape = sampleShape
    self.recipe = recipe
    self.machine = machine
  }

  var first: Stage { stages.first! }
  var last: Stage { stages.last! }

  /// The page as a file of HTML.
  public var html: String {
    var page = HTMLPage(title: title)
    let left = SurvivorReport(of: last.network)
    page.paragraph(summary(left))
    addStages(to: &page)
    addCurves(to: &page)
    addSurvivors(left, to: &page)
    addWeights(to: &page)
    addInputs(to: &page)
    page.heading("Recipe")
    page.facts(recipe)
    page.heading("Machine")
    page.facts(machine.facts)
    return page.html
  }

  private func summary(_ left: SurvivorReport) -> String {
    let accuracies = stages.map { "\(percentage($0.evaluation.accuracy)) \($0.name)" }.joined(separator: ", ")
    let rate = left.alive > 0 ? " (\(left.compression.formatted(decimals: 2))×)" : ""
    return "Accuracy on \(last.evaluation.samples) samples: \(accuracies). "
      + "\(left.alive) of \(left.total) values are left\(rate)."
  }

  private func addStages(to page: inout HTMLPage) {
    page.heading("Accuracy")
    let bars = stages.map {
      BarFigure.Bar($0.name, $0.evaluation.accuracy, label: percentage($0.evaluation.accuracy))
    }
    page.figures([
      BarFigure(
        title: "Accuracy of each stage", axis: Axis("accuracy", labels: .percent, range: 0...1), bars: bars,
        width: 600)
    ])
    let rows = stages.map { stage in
      let report = SurvivorReport(of: stage.network)
      let seconds = stage.epochs.reduce(0) { $0 + $1.seconds + $1.evaluationSeconds }
      return [
        stage.name, percentage(stage.evaluation.accuracy), stage.evaluation.loss.formatted(decimals: 4),
        "\(report.alive)", "\(stage.epochs.count)", seconds.formatted(decimals: 1),
      ]
    }
    page.table(header: ["stage", "accuracy", "loss", "values left", "epochs", "seconds"], rows: rows)
  }
}

/// A share in percent, to hundredths.
func percentage(_ share: Double) -> String { "\((100 * share).formatted(decimals: 2)) %" }
