import ArgumentParser
import Espalier

/// Who computes, on how many threads.
struct ComputeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Who computes dense products: reference (Swift alone) or openblas. Default: ESPALIER_BACKEND, else openblas "
        + "where it is built in.", valueName: "name"))
  var backend: Backend?

  @Option(
    help: ArgumentHelp(
      "The most threads to use. Default: ESPALIER_THREADS, else all processors.", valueName: "count"))
  var threads: Int?

  func validate() throws {
    if let backend, !backend.isAvailable {
      throw ValidationError("--backend \(backend.rawValue): this build has only \(names(Backend.available))")
    }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
    }
    try requireEnvironment(Backend.environmentVariable, Backend.available)
    try requireEnvironment(InstructionSet.environmentVariable, InstructionSet.available)
    if let text = environment(ThreadCount.environmentVariable), !text.isEmpty,
      !(1...1024).contains(Int(text) ?? 0)
    {
      throw ValidationError("\(ThreadCount.environmentVariable): expected 1 to 1024, found \(text)")
    }
  }

  /// Runs `body` with the chosen backend and threads; says once if OpenBLAS is held below what the processor can do.
  func callAsFunction<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Backend.$current.withValue(backend ?? .current) {
      try ThreadCount.$current.withValue(threads ?? ThreadCount.current) {
        if Backend.current == .openBLAS, let warning = OpenBLAS.slowCoreWarning {
          Console.log.warning("\(warning)")
        }
        return try body()
      }
    }
  }

  private func requireEnvironment<Choice: RawRepresentable<String>>(_ name: String, _ choices: [Choice])
    throws
  {
    guard let text = environment(name), !text.isEmpty, !choices.contains(where: { $0.rawValue == text })
    else { return }
    throw ValidationError("\(name): expected \(names(choices)), found \(text)")
  }

  private func names(_ choices: [some RawRepresentable<String>]) -> String {
    choices.map(\.rawValue).joined(separator: " or ")
  }
}

extension Backend: ExpressibleByArgument {}
