import ArgumentParser
import Espalier
import Glibc
import Synchronization

/// Draws accuracy against the share of weights pruned, for several ways to prune.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compare ways to prune: accuracy against the share of weights pruned.",
    discussion: """
      Trains, prunes and retrains the same networks in several ways, with several seeds, as many at once as there are \
      threads, and draws the figure of the classic argument. Writes comparison.svg, comparison.html, comparison.json and \
      comparison.csv to the output folder, and keeps there what is done (points.json, networks/): the same command goes on \
      where an interrupted one ended.
      """)

  @Option(help: ModelName.help, transform: ModelName.parse)
  var model = ModelName.standard

  @OptionGroup var data: DataOptions

  @Option(
    help: ArgumentHelp(
      "The ways, separated by commas: \(ComparisonFamily.allCases.map(\.rawValue).joined(separator: ", ")) (default: the "
        + "first five).", valueName: "names"))
  var ways: String?

  @Option(
    help: ArgumentHelp(
      "The shares of weights pruned, ascending and separated by commas (default: 0,0.5,0.7,0.8,0.85,0.9,0.93,0.95,0.97,"
        + "0.98,0.99).", valueName: "shares"))
  var sparsities: String?

  @Option(help: ArgumentHelp("How many seeds (default: 3; 1 with --quick).", valueName: "count"))
  var seeds: Int?

  @Option(
    help: ArgumentHelp("Epochs of each dense training (default: 15; 3 with --quick).", valueName: "count"))
  var epochs: Int?

  @Option(help: ArgumentHelp("Epochs of each retraining (default: 6; 1 with --quick).", valueName: "count"))
  var retrainEpochs: Int?

  @Option(
    name: .customLong("l1"), help: ArgumentHelp("The strength of the L1 penalty.", valueName: "strength"))
  var strengthL1 = ComparisonSettings().strengthL1

  @Flag(help: "One seed, fewer epochs: a first look in a minute or two.")
  var quick = false

  @OptionGroup var compute: ComputeOptions

  @Option(help: ArgumentHelp("The folder for the results; made if it is missing.", valueName: "folder"))
  var output = "espalier-compare"

  @Flag(help: "Print the result as one JSON object on standard output, and nothing else there.")
  var json = false

  private static let files = ["comparison.svg", "comparison.html", "comparison.json", "comparison.csv"]

  func validate() throws {
    try require("--seeds", seeds, "a count from 1 to 1000") { (1...1000).contains($0) }
    if let epochs { try requireEpochs("--epochs", epochs, from: 1) }
    if let retrainEpochs { try requireEpochs("--retrain-epochs", retrainEpochs, from: 1) }
    try require("--l1", strengthL1, "a number of at least 0") { $0 >= 0 && $0.isFinite }
    _ = try settings()
  }

  func run() throws {
    Interruption.listen()
    try compute {
      let settings = try settings()
      let sets = try data.load()
      let network = try model.makeNetwork(for: sets.training, settings.training, .dense)
      if settings.families.contains(.rigl), let problem = problemForRigL(of: network) {
        throw ValidationError("--ways rigl: \(problem)")
      }
      let folder = try OutputFolder(output, for: Self.files + ["points.json"])
      _ = try OutputFolder(folder.file("networks"), for: [])
      let story = CompareStory(isQuiet: json)
      let comparison = Comparison(settings, model: "\(model)", dataset: sets.name)
      let result = try comparison.run(
        training: sets.training, test: sets.test, folder: folder.path, observe: story.show
      ) { [model] seed in
        var training = settings.training
        training.seed = seed
        return try! model.makeNetwork(for: sets.training, training, .dense)
      }
      guard let result else {
        throw Failure.interrupted("what is done is in \(folder.path); the same command goes on there")
      }
      try write(result, to: folder)
      if json { return try Console.print(JSONText.encode(result)) }
      try Console.print(
        "\n\(ComparisonTable(result))\n\nfiles in \(folder.path): \(Self.files.joined(separator: ", "))")
    }
  }

  private func write(_ result: ComparisonOutcome, to folder: OutputFolder) throws {
    let texts = [result.figure.svg, result.page().html, try result.json(), result.csv]
    for (name, text) in zip(Self.files, texts) {
      try AtomicFile.write(Array(text.utf8), to: folder.file(name))
    }
  }

  private func settings() throws -> ComparisonSettings {
    var settings = ComparisonSettings()
    if let ways {
      settings.families = try ways.split(separator: ",").map { name in
        guard let family = ComparisonFamily(rawValue: String(name)) else {
          let names = ComparisonFamily.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("--ways: expected some of \(names), found \(name)")
        }
        return family
      }
      guard !settings.families.isEmpty, Set(settings.families).count == settings.families.count else {
        throw ValidationError("--ways: expected different ways, found \(ways)")
      }
    }
    if let sparsities {
      let shares = sparsities.split(separator: ",", omittingEmptySubsequences: false).map {
        Double($0) ?? .nan
      }
      guard shares.count > 1, shares.allSatisfy({ $0 >= 0 && $0 < 1 }),
        zip(shares, shares.dropFirst()).allSatisfy(<)
      else {
        throw ValidationError(
          "--sparsities: expected two or more ascending shares from 0 and below 1, found \(sparsities)")
      }
      settings.sparsities = shares
    }
    settings.seeds = (1...UInt64(seeds ?? (quick ? 1 : 3))).map { $0 }
    settings.epochs = epochs ?? (quick ? 3 : settings.epochs)
    settings.retrainEpochs = retrainEpochs ?? (quick ? 1 : settings.retrainEpochs)
    settings.strengthL1 = strengthL1
    return settings
  }
}

/// Tells how far a comparison is.
private final class CompareStory: Sendable {
  private let isQuiet: Bool
  private let begin = ContinuousClock.now
  private let drawn = Mutex(0.0)

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  @Sendable func show(_ progress: ComparisonProgress) -> Bool {
    if let point = progress.point { line(point, progress) }
    draw(progress)
    if Interruption.isPending { clear() }
    return !Interruption.isPending
  }

  private func line(_ point: ComparisonPoint, _ progress: ComparisonProgress) {
    clear()
    let name = "\(point.family.title), seed \(point.seed)".paddedRight(to: 40)
    let count = "\(progress.pointsDone.padded(to: "\(progress.points)".count))/\(progress.points)"
    Console.write(
      "\(count)  \(name) \(percent(point.sparsity)) pruned: accuracy \(percent(point.accuracy))\n")
  }

  private func draw(_ progress: ComparisonProgress) {
    guard Console.isInteractive else { return }
    let elapsed = (ContinuousClock.now - begin) / .seconds(1)
    let left = elapsed * Double(progress.epochs - progress.epochsDone) / Double(max(progress.epochsDone, 1))
    Console.write(
      "\r\u{1B}[K\(progress.epochsDone) of \(progress.epochs) epochs, ETA \(duration(left))")
  }

  private func clear() {
    if Console.isInteractive { Console.write("\r\u{1B}[K") }
  }
}

/// The means of a comparison, and where each way loses one point.
private struct ComparisonTable: CustomStringConvertible {
  let description: String

  init(_ result: ComparisonOutcome) {
    let shares = result.settings.sparsities
    let header = "pruned".paddedRight(to: 32) + shares.map { short($0).paddedLeft(to: 7) }.joined()
    let rows = result.lines.map { line in
      line.family.title.paddedRight(to: 32)
        + line.points.map { (100 * $0.accuracy).formatted(width: 7, decimals: 2) }.joined()
    }
    let losses = result.lines.map { line in
      "  \(line.family.title.paddedRight(to: 30))"
        + (line.losesOnePointAt.map { percent($0) } ?? "not up to \(percent(shares.last!))")
    }
    description =
      ([header] + rows + [
        "", shares[0] == 0 ? "loses one point at" : "loses one point, against \(short(shares[0])) pruned, at",
      ] + losses).joined(separator: "\n")
  }
}

/// A share in percent, without needless decimals.
private func short(_ share: Double) -> String {
  let tenths = (1000 * share).rounded()
  return tenths.truncatingRemainder(dividingBy: 10) == 0 ? "\(Int(tenths) / 10) %" : "\(tenths / 10) %"
}
