import Glibc

/// Text for standard output, at once: tables appear while the next suite runs, also in a pipe.
func writeOutput(_ text: String) { writeAll(text, STDOUT_FILENO) }

/// Text for standard error, as it is.
func writeError(_ text: String) { writeAll(text, STDERR_FILENO) }

private func writeAll(_ text: String, _ descriptor: Int32) {
  var text = text
  text.withUTF8 { bytes in
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }
}
