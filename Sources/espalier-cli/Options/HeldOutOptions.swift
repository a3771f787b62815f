import ArgumentParser
import Espalier

/// Which samples a network is judged by while choices are made: not the test set, unless it is asked for.
struct HeldOutOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Evaluate on this many samples of the training set, drawn at random (default: 10000, or all when there are fewer).",
      valueName: "count"))
  var samples: Int?

  @Option(help: ArgumentHelp("Decides which samples are drawn (default: 1).", valueName: "number"))
  var seed: UInt64?

  @Flag(help: "Evaluate on the test set, which then no longer tells how well the choices generalize.")
  var test = false

  private static let standardCount = 10_000

  func validate() throws {
    try require("--samples", samples, "a positive count") { $0 > 0 }
    if test, let other = samples != nil ? "--samples" : seed != nil ? "--seed" : nil {
      throw ValidationError("--test, \(other): expected one of them, found both")
    }
  }

  /// The samples, and what they are called.
  func choose(from sets: DataOptions.Sets) throws -> (dataset: Dataset, name: String) {
    if test { return (sets.test, "\(sets.name)'s test set") }
    let all = sets.training.count
    try require("--samples", samples, "at most the \(all) of the training set") { $0 <= all }
    let count = samples ?? min(Self.standardCount, all)
    return (sets.training.split(holdingOut: count, seed: seed ?? 1).heldOut, "\(sets.name)'s training set")
  }
}
