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
      InspectCommand.self, InfoCommand.self,
    ])

  /// Runs the command; every error is one line on standard error.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      Console.error(failure.description)
      Glibc.exit(failure.exitCode.rawValue)
    } catch {
      let code = exitCode(for: error)
      if code == .success {
        print(fullMessage(for: error))
      } else {
        Console.error(message(for: error))
      }
      Glibc.exit(code.rawValue)
    }
  }
}
