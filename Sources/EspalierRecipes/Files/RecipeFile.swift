internal import EspalierFormats
internal import EspalierPruning
internal import EspalierTraining
internal import Yams

/// A recipe as a YAML file: what to train, and how.
///
/// Keys that are not there have their defaults; keys that are unknown, stand twice or contradict others are refused with their
/// line. `RecipeFile.example(of:)` writes a commented one for each strategy.
public struct RecipeFile: Sendable, Hashable {
  /// The network's name, such as `lenet-300-100`, as the file says it; nil where it says none.
  public var model: String?
  /// The recipe.
  public var recipe: Recipe

  private static let maximumByteCount = 1 << 20

  /// Reads a file; throws a `FormatError` or what reading throws.
  public init(contentsOf path: String) throws {
    let bytes = try InputFile(path).contents(maximumCount: Self.maximumByteCount)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FormatError(file: path, place: "content", expected: "UTF-8 text", found: "other bytes")
    }
    try self.init(text, file: path)
  }

  /// Reads a text; `file` is what messages call it.
  public init(_ text: String, file: String) throws {
    guard let node = try Self.compose(text, file: file) else {
      throw FormatError(file: file, place: "content", expected: "a recipe", found: "nothing")
    }
    let lines = YAMLSection.Lines()
    let top = try YAMLSection(node, file: file, path: "", lines: lines)
    model = try top.value("model", "a name") { $0.scalarText }
    recipe = try Recipe(top)
    try top.finish()
    if let problem = recipe.problem {
      let parts = problem.split(separator: ": ", maxSplits: 1).map(String.init)
      let place = lines.ofKey[parts[0]].map { "line \($0), \(parts[0])" } ?? parts[0]
      throw RecipeContradiction(file: file, place: place, problem: parts.count > 1 ? parts[1] : problem)
    }
  }

  private static func compose(_ text: String, file: String) throws -> Node? {
    do { return try Yams.compose(yaml: text) } catch let error as YamlError {
      throw error.formatError(file: file, text: text)
    }
  }
}

/// A recipe whose parts do not go together.
public struct RecipeContradiction: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// Line and key.
  public let place: String
  /// What is wrong.
  public let problem: String

  /// A contradiction.
  public init(file: String, place: String, problem: String) {
    (self.file, self.place, self.problem) = (file, place, problem)
  }

  /// One line.
  public var description: String { "\(file): \(place): \(problem)" }
}

extension YamlError {
  fileprivate func formatError(file: String, text: String) -> FormatError {
    switch self {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      FormatError(
        file: file, place: "line \(mark.line), column \(mark.column)", expected: "YAML", found: problem)
    case .duplicatedKeysInMapping(let keys, let context):
      duplicate(of: "\(keys.first ?? "")", after: context.mark.line, file: file, text: text)
    default: FormatError(file: file, place: "content", expected: "YAML", found: "\(self)")
    }
  }

  /// The parser tells only where the mapping begins: the key's second line is looked for from there.
  private func duplicate(of key: String, after first: Int, file: String, text: String) -> FormatError {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let found = lines.indices.dropFirst(first - 1).filter {
      lines[$0].drop { $0 == " " }.hasPrefix("\(key):")
    }
    return FormatError(
      file: file, place: "line \((found.dropFirst().first ?? first - 1) + 1)", expected: "each key once",
      found: "\(key) a second time")
  }
}

extension Recipe {
  fileprivate init(_ section: YAMLSection) throws {
    self.init()
    try section.integer("epochs", into: &epochs, 0...1_000_000)
    try section.integer("held-out", into: &heldOut, 1...Int(Int32.max))
    if let section = try section.section("training") { try training.read(section) }
    if let section = try section.section("pruning") { try pruning.read(section) }
    if let section = try section.section("strategy") { strategy = try PruningStrategy(section) }
    if let section = try section.section("distillation") {
      var values = Distillation()
      try section.number("temperature", into: &values.temperature)
      try section.number("mix", into: &values.mix, 0...1)
      try section.finish()
      distillation = values
    }
  }
}

extension TrainingSettings {
  fileprivate mutating func read(_ section: YAMLSection) throws {
    try section.name("optimizer", into: &optimizer)
    if let rate = try section.number("learning-rate") { learningRate = rate }
    if let value = try section.number("momentum", 0...0.999_999) {
      guard optimizer == .sgd else {
        throw section.contradiction("momentum", "expected optimizer: sgd as well")
      }
      momentum = value
    }
    try section.flag("nesterov", into: &nesterov)
    guard !nesterov || optimizer == .sgd else {
      throw section.contradiction("nesterov", "expected optimizer: sgd as well")
    }
    try section.number("weight-decay", into: &weightDecay)
    try section.name("schedule", into: &schedule)
    try section.number("warm-up", into: &warmUp)
    try section.number("label-smoothing", into: &labelSmoothing, 0...1)
    try section.integer("batch-size", into: &batchSize, 1...(1 << 24) - 1)
    seed = try section.value("seed", "a whole number") { $0.scalarText.flatMap { UInt64($0) } } ?? seed
    try section.finish()
  }
}

extension PruningChoice {
  fileprivate mutating func read(_ section: YAMLSection) throws {
    try section.name("criterion", into: &criterion)
    pattern =
      try section.value("pattern", PatternName.forms) { $0.scalarText.flatMap { PatternName($0) } } ?? pattern
    try section.name("distribution", into: &distribution)
    try section.integer("floor", into: &floor)
    layers = try section.value("layers", "a list of names") { $0.texts } ?? layers
    try section.flag("biases", into: &biases)
    try section.integer("samples", into: &samples, 1...Int(Int32.max))
    try section.finish()
  }
}

extension PruningStrategy {
  fileprivate init(_ section: YAMLSection) throws {
    var name = Name.iterative
    try section.name("name", into: &name)
    switch name {
    case .oneShot:
      var strategy = OneShotStrategy()
      try section.number("sparsity", into: &strategy.sparsity, 0...1)
      try section.integer("retrain-epochs", into: &strategy.retrainEpochs)
      self = .oneShot(strategy)
    case .iterative:
      var strategy = IterativeStrategy()
      try section.number("sparsity", into: &strategy.sparsity, 0...1)
      try section.integer("rounds", into: &strategy.rounds, 1...10_000)
      try section.integer("retrain-epochs", into: &strategy.retrainEpochs)
      try section.number("maximum-drop", into: &strategy.maximumDrop)
      self = .iterative(strategy)
    case .gradual:
      var strategy = GradualStrategy()
      try section.number("sparsity", into: &strategy.sparsity, 0...1)
      try section.integer("retrain-epochs", into: &strategy.retrainEpochs)
      try section.integer("interval", into: &strategy.interval, 1...Int(Int32.max))
      try section.number("pruning-share", into: &strategy.pruningShare, 0...1)
      try section.name("schedule", into: &strategy.schedule)
      self = .gradual(strategy)
    case .dynamic:
      var strategy = DynamicStrategy()
      try section.number("sparsity", into: &strategy.sparsity, 0...1)
      try section.name("penalty", into: &strategy.penalty)
      try section.number("strength", into: &strategy.strength)
      try section.integer("retrain-epochs", into: &strategy.retrainEpochs)
      self = .dynamic(strategy)
    case .lotteryTicket:
      var strategy = LotteryTicketStrategy()
      try section.number("sparsity", into: &strategy.sparsity, 0...1)
      try section.integer("rounds", into: &strategy.rounds, 1...10_000)
      try section.name("rewinding", into: &strategy.rewinding)
      try section.integer("rewind-epoch", into: &strategy.rewindEpoch)
      try section.flag("control", into: &strategy.control)
      self = .lotteryTicket(strategy)
    case .rigl:
      var strategy = RigLStrategy()
      try section.number("sparsity", into: &strategy.sparsity, 0...1)
      try section.number("fraction", into: &strategy.fraction, 0...1)
      try section.integer("interval", into: &strategy.interval, 1...Int(Int32.max))
      self = .rigl(strategy)
    }
    try section.finish()
  }
}

extension YAMLSection {
  fileprivate func contradiction(_ key: String, _ problem: String) -> RecipeContradiction {
    RecipeContradiction(file: file, place: place(of: key), problem: problem)
  }
}
