import ArgumentParser
import Espalier

/// Says what computes here.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Show backend, BLAS core, threads and instruction set.")

  @OptionGroup var compute: ComputeOptions

  @Flag(
    help: "Compare every routine of the BLAS that the engine calls with the reference; fails if one is wrong."
  )
  var check = false

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func run() throws {
    try compute {
      let checked = check ? BackendCheck(of: .current) : nil
      if let fault = checked?.faults.first { throw Failure(fault.description) }
      let current = Compute.current
      let info = Info(
        backend: current.backend.rawValue, backends: Backend.available.map(\.rawValue),
        core: current.coreName,
        threads: current.threads, processors: ThreadCount.available,
        instructionSet: current.instructionSet.rawValue,
        instructionSets: InstructionSet.available.map(\.rawValue), comparisons: checked?.comparisons)
      try Console.print(json ? JSONText.encode(info) : info.description)
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
  let comparisons: Int?

  private var checkLine: String {
    guard let comparisons else { return "" }
    let result =
      comparisons == 0
      ? "nothing to compare: this is the reference"
      : "\(comparisons) products compared with the reference: all right"
    return "\ncheck            \(result)"
  }

  var description: String {
    """
    backend          \(backend) (available: \(backends.joined(separator: ", ")))
    core             \(core)
    threads          \(threads) (processors: \(processors))
    instruction set  \(instructionSet) (available: \(instructionSets.joined(separator: ", ")))\(checkLine)
    """
  }
}
