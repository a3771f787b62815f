import ArgumentParser
import Espalier

/// Evaluates a saved network.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Evaluate a saved network on the test set.",
    discussion: "Prints loss, accuracy and the confusion matrix (a row a true class, a column an answer).")

  @Argument(help: "The network's file.")
  var file: String

  @OptionGroup var data: DataOptions
  @OptionGroup var compute: ComputeOptions

  @Flag(help: "Print the evaluation as one JSON object on standard output, and nothing else there.")
  var json = false

  func run() throws {
    try compute {
      let stored = try NetworkFile(contentsOf: file)
      let sets = try data.load()
      try sets.requireFit(stored.network, file: file)
      let loss = try TrainingRecord(in: stored, path: file)?.settings.loss ?? CrossEntropy()
      let evaluation = try stored.evaluation(on: sets.test, named: sets.name, file: file, loss: loss)
      if json { return try Console.print(JSONText.encode(evaluation)) }
      let quality = "accuracy \(percent(evaluation.accuracy)), loss \(evaluation.loss.formatted(decimals: 4))"
      try Console.print(
        "\(quality), \(evaluation.samples) samples of \(sets.name)\n\n\(table(evaluation.confusion))")
    }
  }

  private func table(_ confusion: [[Int]]) -> String {
    let width = max(5, String(confusion.joined().max() ?? 0).count + 1)
    let header = "true \\ answer" + confusion.indices.map { $0.padded(to: width) }.joined()
    let rows = confusion.enumerated().map { index, row in
      index.padded(to: 13) + row.map { $0.padded(to: width) }.joined()
    }
    return ([header] + rows).joined(separator: "\n")
  }
}
