internal import CEspalierKernels

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// How many threads the engine may use for one operation.
///
/// A task-local like `Backend`; `ESPALIER_THREADS` sets the default of the process, else it is the number of processors
/// this process may run on. The engine splits the work itself and calls a BLAS from each of its threads in
/// single-threaded mode, so that two pools never fight for the same cores.
public enum ThreadCount {
  /// The most threads an operation of the current task uses; at least 1.
  @TaskLocal public static var current: Int = processDefault

  /// The environment variable that sets the default of the process.
  public static let environmentVariable = "ESPALIER_THREADS"

  /// The processors this process may run on.
  public static let available = Int(espalier_processor_count())

  private static let processDefault: Int =
    environmentValue(environmentVariable).flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil } ?? available
}

/// The value of an environment variable, nil where it is not set.
func environmentValue(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
