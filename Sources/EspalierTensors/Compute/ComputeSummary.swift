/// What computes in a task and what else could, in words for reports.
public struct ComputeSummary: Sendable, Hashable, Encodable {
  /// The backend.
  public let backend: String
  /// The backends of this build.
  public let backends: [String]
  /// OpenBLAS's core, or `swift` for the reference backend.
  public let core: String
  /// The most threads an operation uses.
  public let threads: Int
  /// The processors this process may run on.
  public let processors: Int
  /// The instruction set of Espalier's own kernels.
  public let instructionSet: String
  /// The instruction sets that can run here.
  public let instructionSets: [String]

  /// The summary of a choice.
  public init(of compute: Compute = .current) {
    backend = compute.backend.rawValue
    backends = Backend.available.map(\.rawValue)
    core = compute.coreName
    threads = compute.threads
    processors = ThreadCount.available
    instructionSet = compute.instructionSet.rawValue
    instructionSets = InstructionSet.available.map(\.rawValue)
  }

  /// One line a fact.
  public var facts: [(name: String, value: String)] {
    [
      ("backend", "\(backend) (available: \(backends.joined(separator: ", ")))"),
      ("core", core),
      ("threads", "\(threads) (processors: \(processors))"),
      ("instruction set", "\(instructionSet) (available: \(instructionSets.joined(separator: ", ")))"),
    ]
  }
}
