#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Replacing a file as a whole or not at all.
public enum AtomicFile {
  /// Writes a file so that its path at every moment leads to the whole old content or to the whole new
  /// content.
  ///
  /// The bytes go to a temporary file in the same folder, are forced to the disk (`fsync`), and the temporary
  /// file is renamed to `path`; then the folder is forced to the disk too. If `body` or the system fails, the
  /// temporary file is removed and the old file is untouched.
  ///
  /// On Linux the temporary file has no name until all of it is on the disk, and so disappears with a process
  /// that is killed midway. File systems that know no such files (and other systems) get one with a name,
  /// `.espalier-….tmp`, which then stays behind.
  ///
  /// - A symbolic link is followed: what it leads to is replaced, the link stays.
  /// - A file that is replaced hands its permissions on; a new file gets 0666 less the umask. A file
  ///   without write permission is not replaced, although the folder's permission would be enough for that.
  /// - Pipes and devices such as `/dev/stdout` cannot be replaced; they are simply written to.
  ///
  /// - Parameters:
  ///   - path: the file to write.
  ///   - body: writes the content, in as many pieces as it likes.
  /// - Throws: what `body` throws; `FileError`. If only the last step fails (forcing the folder to the
  ///   disk), the new content is in place but may not survive a loss of power.
  public static func write(to path: String, _ body: (inout FileOutput) throws -> Void) throws {
    let status = try requireReplaceable(path)
    if let status, status.kind != S_IFREG { return try writeThrough(to: path, body) }
    let target = try Target(path)
    let temporary = try TemporaryFile(in: target.folder, for: path)
    do {
      var output = FileOutput(descriptor: temporary.descriptor, path: path)
      try body(&output)
      try output.finish()
      try temporary.commit(to: target.path, permissions: status?.permissions)
    } catch {
      temporary.discard()
      throw error
    }
    try synchronizeFolder(target.folder)
  }

  /// Writes `bytes` as the whole content of a file; see ``write(to:_:)``.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { output in try output.write(bytes) }
  }

  /// Whether both paths lead to the same file, through links too; false where one of them leads to none.
  public static func areSame(_ first: String, _ second: String) -> Bool {
    var (one, other) = (stat(), stat())
    return stat(first, &one) == 0 && stat(second, &other) == 0 && one.st_dev == other.st_dev
      && one.st_ino == other.st_ino
  }

  /// Removes a file, if it is there and may be removed.
  public static func remove(_ path: String) { unlink(path) }

  /// Throws the `FileError` that writing to `path` would end in, as far as that can be told without writing: a
  /// folder stands there, its folder is missing, or a permission is. For those who work long for the content.
  public static func requireWritable(_ path: String) throws {
    if let status = try requireReplaceable(path), status.kind != S_IFREG { return }
    let folder = try Target(path).folder
    guard faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 else {
      throw FileError(path: path, operation: "write", code: errno)
    }
  }

  /// The status of what stands at `path`, if that may be written.
  private static func requireReplaceable(_ path: String) throws -> FileStatus? {
    guard let status = try fileStatus(at: path) else { return nil }
    if status.kind == S_IFDIR { throw FileError(path: path, operation: "write", code: EISDIR) }
    guard faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 else {
      throw FileError(path: path, operation: "write", code: errno)
    }
    return status
  }

  private static func writeThrough(to path: String, _ body: (inout FileOutput) throws -> Void) throws {
    let descriptor = try openFile(path, O_WRONLY | O_CLOEXEC)
    defer { close(descriptor) }
    var output = FileOutput(descriptor: descriptor, path: path)
    try body(&output)
    try output.finish()
  }

  private static func synchronizeFolder(_ folder: String) throws {
    // A folder that may be written but not read cannot be opened; the rename itself has succeeded.
    guard let descriptor = try? openFile(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) else { return }
    defer { close(descriptor) }
    try synchronize(descriptor, path: folder)
  }
}

/// The file to replace, behind any symbolic links, and the folder that holds it.
private struct Target {
  let path: String
  let folder: String

  init(_ path: String) throws {
    self.path = Target.resolved(path)
    guard let slash = self.path.lastIndex(of: "/") else {
      if path.isEmpty { throw FileError(path: path, operation: "write", code: ENOENT) }
      folder = "."
      return
    }
    if self.path.index(after: slash) == self.path.endIndex {
      throw FileError(path: path, operation: "write", code: EISDIR)
    }
    folder = slash == self.path.startIndex ? "/" : String(self.path[..<slash])
  }

  private static func resolved(_ path: String) -> String {
    guard let pointer = realpath(path, nil) else { return path }
    defer { free(pointer) }
    return String(cString: pointer)
  }
}

/// A file without a name, or where there can be none, with one that nobody else uses; it becomes the target or
/// disappears.
private final class TemporaryFile {
  private let folder: String
  private let reportedPath: String
  private var path: String?
  private(set) var descriptor: Int32 = -1

  init(in folder: String, for reportedPath: String) throws {
    self.folder = folder
    self.reportedPath = reportedPath
    if let nameless = openNameless(in: folder) {
      descriptor = nameless
      return
    }
    path = try withUnusedName { name throws(FileError) in
      descriptor = try openFile(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)
    }
  }

  func commit(to target: String, permissions: mode_t?) throws {
    if let permissions, fchmod(descriptor, permissions) != 0 { throw error("set the permissions", errno) }
    try synchronize(descriptor, path: reportedPath)
    let descriptor = descriptor
    #if os(Linux)
      if path == nil {
        path = try withUnusedName { name throws(FileError) in try link(descriptor, to: name) }
      }
    #endif
    self.descriptor = -1
    // Some file systems report a full disk only here.
    if close(descriptor) != 0, errno != EINTR { throw error("write", errno) }
    if rename(path!, target) != 0 { throw error("replace", errno) }
  }

  func discard() {
    if descriptor >= 0 { close(descriptor) }
    if let path { unlink(path) }
  }

  /// The first name for which `make` does not find a file already; errors are those of the target.
  private func withUnusedName(_ make: (String) throws(FileError) -> Void) throws -> String {
    while true {
      let unique = String(UInt64.random(in: 0 ... .max), radix: 36)
      let name = "\(folder)/.espalier-\(getpid())-\(unique).tmp"
      do throws(FileError) {
        try make(name)
        return name
      } catch {
        if error.code != EEXIST { throw self.error("write", error.code) }
      }
    }
  }

  private func error(_ operation: String, _ code: Int32) -> FileError {
    FileError(path: reportedPath, operation: operation, code: code)
  }
}

/// A file in a folder that has no name yet; nil where that is not possible.
private func openNameless(in folder: String) -> Int32? {
  #if os(Linux)
    // O_TMPFILE, a macro that Swift does not import.
    let withoutName: Int32 = 0o20_000_000 | O_DIRECTORY
    guard let descriptor = try? openFile(folder, O_WRONLY | withoutName | O_CLOEXEC) else { return nil }
    // Only through its link there does it ever get a name.
    if access("/proc/self/fd/\(descriptor)", F_OK) == 0 { return descriptor }
    close(descriptor)
  #endif
  return nil
}

#if os(Linux)
  /// Gives a file without a name one, which nothing may have yet.
  private func link(_ descriptor: Int32, to name: String) throws(FileError) {
    let file = "/proc/self/fd/\(descriptor)"
    guard linkat(AT_FDCWD, file, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 else {
      throw FileError(path: name, operation: "write", code: errno)
    }
  }
#endif

/// Forces a file to the disk; a file system that has no such notion is not an error.
private func synchronize(_ descriptor: Int32, path: String) throws {
  while fsync(descriptor) != 0 {
    if errno == EINTR { continue }
    if errno == EINVAL || errno == ENOTSUP { return }
    throw FileError(path: path, operation: "write", code: errno)
  }
}
