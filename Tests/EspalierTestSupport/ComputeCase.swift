public import EspalierTensors

/// One way to compute: a backend, an instruction set and a number of threads. Tests run one body over all of them.
public struct ComputeCase: Sendable, CustomStringConvertible {
  /// Who computes dense products.
  public let backend: Backend
  /// What the kernels are compiled for.
  public let instructionSet: InstructionSet
  /// The most threads.
  public let threads: Int

  /// The given way.
  public init(backend: Backend, instructionSet: InstructionSet, threads: Int) {
    self.backend = backend
    self.instructionSet = instructionSet
    self.threads = threads
  }

  /// Every backend of this build with every instruction set of this processor, on one thread and on three.
  public static let all: [ComputeCase] = Backend.available.flatMap { backend in
    InstructionSet.available.flatMap { set in
      [1, 3].map { ComputeCase(backend: backend, instructionSet: set, threads: $0) }
    }
  }

  /// What the engine's entry points take.
  public var compute: Compute { Compute(backend: backend, instructionSet: instructionSet, threads: threads) }

  /// Runs `body` as a task that computes this way.
  public func callAsFunction<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Backend.$current.withValue(backend) {
      try InstructionSet.$current.withValue(instructionSet) {
        try ThreadCount.$current.withValue(threads, operation: body)
      }
    }
  }

  /// How a test names the case.
  public var description: String { "\(backend.rawValue), \(instructionSet.rawValue), \(threads) threads" }
}
