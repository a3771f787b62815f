internal import EspalierFigures
public import EspalierNetworks
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
  public var title: String
  /// The stages in order.
  public let stages: [Stage]
  /// The position of the stage that the run ends with; what is left of its network is counted against that of the first stage.
  public let chosen: Int
  /// The samples that stages were evaluated on, in a word: `test` or `held-out`.
  public var judges: String
  /// Evaluations on the test set when all was decided, where stages were evaluated on others.
  public var tests: [(name: String, evaluation: Evaluation)]
  /// The shape of a sample; inputs of two dimensions, or of two behind channels, are shown as pictures.
  public var sampleShape: [Int]
  /// The recipe and its settings, in words.
  public var recipe: [(name: String, value: String)]
  /// The recipe as its file says it; nil for none.
  public var recipeText: String?
  /// What the network costs before and after; nil to leave that out.
  public var cost: CostComparison?
  /// What computed.
  public var machine: ComputeSummary

  /// A page, computed as the current task computes; ends with the last stage by default. Traps without stages and when there
  /// is none at `chosen`.
  public init(
    title: String, stages: [Stage], chosen: Int? = nil, judges: String = "test",
    tests: [(name: String, evaluation: Evaluation)] = [], sampleShape: [Int],
    recipe: [(name: String, value: String)], recipeText: String? = nil,
    cost: CostComparison? = nil, machine: ComputeSummary = ComputeSummary()
  ) {
    let chosen = chosen ?? stages.count - 1
    precondition(
      stages.indices.contains(chosen), "a run of \(stages.count) stages cannot end with stage \(chosen)")
    self.title = title
    self.stages = stages
    self.chosen = chosen
    self.judges = judges
    self.tests = tests
    self.sampleShape = sampleShape
    self.recipe = recipe
    self.recipeText = recipeText
    self.cost = cost
    self.machine = machine
  }

  /// The stage that weights are compared with.
  var first: Stage { stages[0] }
  /// The stage that the run ends with.
  var last: Stage { stages[chosen] }

  /// The page as a file of HTML.
  public var html: String {
    var page = HTMLPage(title: title)
    let left = LayerSurvivors(before: first.network, after: last.network)
    addSummary(left, to: &page)
    addStages(to: &page)
    addCurves(to: &page)
    if let cost { cost.add(to: &page) }
    addSurvivors(left, to: &page)
    addWeights(to: &page)
    addInputs(to: &page)
    page.heading("Recipe")
    page.facts(recipe)
    if let recipeText { page.preformatted(recipeText) }
    page.heading("Machine")
    page.facts(machine.facts)
    return page.html
  }
}

/// A share in percent, to hundredths.
func percentage(_ share: Double) -> String { "\((100 * share).formatted(decimals: 2)) %" }
