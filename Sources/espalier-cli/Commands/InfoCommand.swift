import ArgumentParser
import Espalier

/// Says what computes here.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Show backend, BLAS core, threads and instruction set.")

  @OptionGroup var compute: ComputeOptions

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func run() throws {
    try compute {
      let current = Compute.current
      let info = Info(
        backend: current.backend.rawValue, backends: Backend.available.map(\.rawValue),
        core: current.coreName,
        threads: current.threads, processors: ThreadCount.available,
        instructionSet: current.instructionSet.rawValue,
        instructionSets: InstructionSet.available.map(\.rawValue))
      print(json ? try JSONText.encode(info) : info.description)
    }
  }
}

private struct Info: Encodable, CustomStringConvertible {
  let backend: String
  let backends: [String]
  let core: String
  let threads: Int
  let processors: Int
  let instructionSet: String
  let instructionSets: [String]

  var description: String {
    """
    backend          \(backend) (available: \(backends.joined(separator: ", ")))
    core             \(core)
    threads          \(threads) (processors: \(processors))
    instruction set  \(instructionSet) (available: \(instructionSets.joined(separator: ", ")))
    """
  }
}
