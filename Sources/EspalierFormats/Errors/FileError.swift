#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An operation on a file that the operating system refused.
///
/// The description is one line: `PATH: cannot OPERATION: REASON`, for example
/// `runs/net.safetensors: cannot open: No such file or directory`.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The path of the file, as the caller gave it.
  public let path: String
  /// What was tried, as a verb: `open`, `read`, `write`, `rename`…
  public let operation: String
  /// The value of `errno`, for example `ENOENT`.
  public let code: Int32

  /// Makes an error from the value of `errno`; read that before any other call can change it.
  public init(path: String, operation: String, code: Int32) {
    self.path = path
    self.operation = operation
    self.code = code
  }

  /// Whether nothing is there.
  public var isMissing: Bool { code == ENOENT }

  /// The system's text for ``code``.
  public var reason: String { String(cString: strerror(code)) }

  /// The error as one line of text.
  public var description: String {
    "\(path.isEmpty ? "''" : oneLine(path)): cannot \(operation): \(reason)"
  }
}
