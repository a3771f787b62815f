import Espalier
@preconcurrency import Glibc

/// A program that runs beside this one, with pipes to its standard input and from its standard output.
final class ChildProcess {
  private let path: String
  private let identifier: pid_t
  private let input: Int32
  private let output: Int32
  private var pending: [UInt8] = []
  private var hasEnded = false

  /// Starts a program by its path; throws `FileError` when the system cannot.
  init(_ path: String, _ arguments: [String]) throws {
    self.path = path
    let toChild = try Pipe(for: path)
    let fromChild = try Pipe(for: path)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, toChild.readEnd, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, fromChild.writeEnd, STDOUT_FILENO)
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, path, &actions, nil, &words, environ)
    close(toChild.readEnd)
    close(fromChild.writeEnd)
    (identifier, input, output) = (child, toChild.writeEnd, fromChild.readEnd)
    guard code == 0 else {
      hasEnded = true
      throw FileError(path: path, operation: "start", code: code)
    }
  }

  deinit {
    if !hasEnded { _ = try? end() }
    close(output)
  }

  /// Sends a line; the program's end shows when its answer is read.
  func send(_ line: String) {
    var text = line + "\n"
    text.withUTF8 { _ = write(input, $0.baseAddress, $0.count) }
  }

  /// The next line of the program's output, nil at its end.
  func readLine() -> String? {
    var chunk = [UInt8](repeating: 0, count: 1 << 12)
    while true {
      if let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
        defer { pending.removeSubrange(...newline) }
        return String(decoding: pending[..<newline], as: UTF8.self)
      }
      let count = read(output, &chunk, chunk.count)
      guard count > 0 else { return nil }
      pending += chunk[..<count]
    }
  }

  /// Closes the program's input, reads what it still says, and waits for its end; throws unless its status is 0.
  func end() throws {
    hasEnded = true
    close(input)
    while readLine() != nil {}
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    guard status == 0 else {
      throw ChildFailure(description: "\(path): ended with status \(status >> 8 & 0xFF)")
    }
  }
}

/// A child process that did not do what it was to do.
struct ChildFailure: Error, CustomStringConvertible {
  let description: String
}

/// Two ends that no other child inherits.
private struct Pipe {
  let readEnd: Int32
  let writeEnd: Int32

  init(for path: String) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw FileError(path: path, operation: "start", code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }
}
