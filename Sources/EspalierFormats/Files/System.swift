#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// Thin covers of system calls: one `errno`, read at once, becomes one `FileError`.

/// What `stat` says, as far as it matters here.
struct FileStatus {
  var mode: mode_t
  var size: Int

  init(_ status: stat) {
    mode = status.st_mode
    size = Int(status.st_size)
  }

  var kind: mode_t { mode & S_IFMT }
  var permissions: mode_t { mode & 0o777 }

  var kindName: String {
    switch kind {
    case S_IFREG: "a regular file"
    case S_IFDIR: "a folder"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    case S_IFCHR, S_IFBLK: "a device"
    default: "something else"
    }
  }
}

/// Opens a file, and again if a signal interrupts that.
func openFile(_ path: String, _ flags: Int32, mode: mode_t = 0o666) throws(FileError) -> Int32 {
  try requireNoNull(path, operation: "open")
  while true {
    let descriptor = open(path, flags, mode)
    if descriptor >= 0 { return descriptor }
    if errno != EINTR { throw FileError(path: path, operation: "open", code: errno) }
  }
}

func fileStatus(of descriptor: Int32, path: String) throws -> FileStatus {
  var status = stat()
  guard fstat(descriptor, &status) == 0 else {
    throw FileError(path: path, operation: "examine", code: errno)
  }
  return FileStatus(status)
}

/// The status of what a path leads to (through symbolic links), or nil if nothing is there.
func fileStatus(at path: String) throws -> FileStatus? {
  try requireNoNull(path, operation: "examine")
  var status = stat()
  if stat(path, &status) == 0 { return FileStatus(status) }
  if errno == ENOENT { return nil }
  throw FileError(path: path, operation: "examine", code: errno)
}

/// Whether anything is at `path`, through symbolic links; an error such as a missing permission also counts
/// as no.
package func fileExists(_ path: String) -> Bool {
  (try? fileStatus(at: path)) != nil
}

/// Whether `path` leads to a folder.
package func isFolder(_ path: String) -> Bool {
  (try? fileStatus(at: path))?.kind == S_IFDIR
}

/// A C string ends at its first null: a path with one inside would silently name another file.
private func requireNoNull(_ path: String, operation: String) throws(FileError) {
  if path.utf8.contains(0) { throw FileError(path: path, operation: operation, code: EINVAL) }
}

/// Throws if so much memory cannot be had. Swift's own allocations end the process when they fail, and a sparse
/// file of a terabyte costs its maker nothing.
func requireMemory(_ byteCount: Int, path: String) throws {
  guard byteCount > 1 << 26 else { return }
  // Not malloc and free: the optimizer knows that pair and removes it.
  let probe = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
  if probe == UnsafeMutableRawPointer(bitPattern: -1) {
    throw FileError(path: path, operation: "allocate \(byteCount) bytes", code: ENOMEM)
  }
  munmap(probe, byteCount)
}
