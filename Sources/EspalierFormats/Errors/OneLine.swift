/// The text with control characters, line separators and bidirectional overrides written as `\u{…}`, and
/// shortened in the middle beyond 300 characters: a hostile file must not be able to forge or flood the
/// lines of a log.
package func oneLine(_ text: String) -> String {
  var result = ""
  for scalar in shortened(text.unicodeScalars) {
    if isPrintable(scalar) {
      result.unicodeScalars.append(scalar)
    } else {
      result += "\\u{" + String(scalar.value, radix: 16) + "}"
    }
  }
  return result
}

private func shortened(_ scalars: String.UnicodeScalarView) -> String.UnicodeScalarView {
  let limit = 300
  guard scalars.count > limit else { return scalars }
  var result = String.UnicodeScalarView(scalars.prefix(limit / 2))
  result.append("…")
  result.append(contentsOf: scalars.suffix(limit / 2))
  return result
}

private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
  default: true
  }
}

/// Bytes as two hexadecimal digits each, separated by spaces.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { byte in
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }.joined(separator: " ")
}

/// `1 byte`, `2 bytes`.
func byteCount(_ count: Int) -> String { count == 1 ? "1 byte" : "\(count) bytes" }
