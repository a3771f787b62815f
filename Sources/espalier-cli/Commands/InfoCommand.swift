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
      let info = Info(summary: ComputeSummary(), comparisons: checked?.comparisons)
      try Console.print(json ? JSONText.encode(info) : info.description)
    }
  }
}

private struct Info: Encodable, CustomStringConvertible {
  let summary: ComputeSummary
  let comparisons: Int?

  private enum CodingKeys: CodingKey { case comparisons }

  /// The summary's keys and one more.
  func encode(to encoder: any Encoder) throws {
    try summary.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(comparisons, forKey: .comparisons)
  }

  private var check: String? {
    guard let comparisons else { return nil }
    return comparisons == 0
      ? "nothing to compare: this is the reference"
      : "\(comparisons) products compared with the reference: all right"
  }

  var description: String {
    let facts = summary.facts + (check.map { [("check", $0)] } ?? [])
    return facts.map { "\($0.name.paddedRight(to: 15))  \($0.value)" }.joined(separator: "\n")
  }
}
