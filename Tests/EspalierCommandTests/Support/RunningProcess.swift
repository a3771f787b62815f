import EspalierTestSupport

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A process whose standard output and standard error go to files.
///
/// Not Foundation's `Process`: waiting for several of those at once, on threads of tests, can wait for ever on Linux.
final class RunningProcess {
  private let identifier: pid_t
  private let files = TemporaryFolder()

  /// Starts `executable` in `folder`, without standard input.
  init(_ executable: String, _ arguments: [String], environment: [String: String], in folder: TemporaryFolder)
  {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // The threads that tests run on block signals, and the child would inherit that.
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    for (descriptor, name) in [(STDOUT_FILENO, "output"), (STDERR_FILENO, "errors")] {
      let path = files.file(name, [])
      // Appending: a shell script's commands share the files.
      posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_APPEND, 0)
    }
    // The shell changes the folder: not every C library's spawning can.
    let change = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder.path]
    let words = (change + [executable] + arguments).map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in words + variables { free(pointer) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, change[0], &actions, &attributes, words, variables)
    precondition(code == 0, "cannot start \(executable): \(String(cString: strerror(code)))")
    identifier = child
  }

  /// Waits until standard error holds `text`; false when the process ended, or a minute passed, without it.
  func waits(for text: String) -> Bool {
    for _ in 0..<6000 {
      let hasEnded = hasEnded
      if read("errors").contains(text) { return true }
      if hasEnded { return false }
      usleep(10_000)
    }
    return false
  }

  /// Whether the process has ended; it stays to be waited for.
  private var hasEnded: Bool {
    var information = siginfo_t()
    return waitid(P_PID, id_t(identifier), &information, WEXITED | WNOHANG | WNOWAIT) == 0
      && information.si_signo == SIGCHLD
  }

  func send(_ signal: Int32) { kill(identifier, signal) }

  /// Waits for the end.
  func outcome() -> Espalier.Outcome {
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) == -1 {
      precondition(errno == EINTR, "process \(identifier) is lost: \(String(cString: strerror(errno)))")
    }
    let signal = status & 0x7f
    return Espalier.Outcome(
      status: Int(signal == 0 ? status >> 8 & 0xff : 128 + signal), output: read("output"),
      errors: read("errors"))
  }

  private func read(_ name: String) -> String {
    String(decoding: contents(files.path(name)) ?? [], as: UTF8.self)
  }
}
