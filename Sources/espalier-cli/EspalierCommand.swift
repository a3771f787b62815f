import ArgumentParser
import Glibc

/// The root of the command `espalier`.
@main
struct EspalierCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "espalier",
    abstract: "Train, prune and retrain neural networks on the CPU.",
    discussion: """
      `espalier run` does the whole experiment; the other commands do its steps one at a time on files.

      Data is a folder of IDX files (MNIST's layout, plain or .gz): --data, else ESPALIER_DATA, else Debian's \
      package dataset-fashion-mnist, else digits that the program draws itself.

      Exit status: 0 on success, 64 for bad arguments, 130 when interrupted, 1 for other failures.
      """,
    subcommands: [
      RunCommand.self, TrainCommand.self, PruneCommand.self, RetrainCommand.self, EvaluateCommand.self,
      InspectCommand.self, SensitivityCommand.self, RecipeCommand.self, CompareCommand.self,
      GroupsCommand.self, CompactCommand.self, OneShotCommand.self, FactorCommand.self,
      SearchCommand.self,
      PredictCommand.self, BenchModelCommand.self, InfoCommand.self,
    ])

  /// Runs the command; every error is one line on standard error.
  static func main() {
    Console.prepare()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      Glibc.exit(report(error).rawValue)
    }
  }

  /// Says what happened, which may be the help that was asked for; returns the exit status.
  private static func report(_ error: any Error) -> ExitCode {
    if let failure = error as? Failure {
      Console.error(failure.description)
      return failure.exitCode
    }
    let code = exitCode(for: error)
    guard code == .success else {
      Console.error(message(for: error))
      return code
    }
    do { try Console.print(fullMessage(for: error)) } catch { return report(error) }
    return .success
  }
}
