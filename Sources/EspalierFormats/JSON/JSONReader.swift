/// Reads JSON (RFC 8259) value by value, as the caller asks for them, from bytes that nobody vouches for.
///
/// Why not Foundation's decoders: they keep one of two equal keys without a word, so the same file can mean
/// different tensors to different readers; they build the whole tree, many times the size of the text,
/// before anything can be checked; and they accept `4.0` or `4e0` where a format asks for an integer. This
/// reader builds nothing, recurses at most ``maximumDepth`` levels, refuses equal keys in every object it
/// is asked to read, and checks the UTF-8 of every string (outside of strings only ASCII is legal, so the
/// whole text is checked).
struct JSONReader {
  /// How many arrays and objects inside of each other ``skipValue()`` follows; more could exhaust a small
  /// stack.
  static let maximumDepth = 64

  private let file: String
  private let place: String
  private let bytes: [UInt8]
  private(set) var position = 0

  /// - Parameters:
  ///   - file: the path for error messages.
  ///   - place: the name of this text for error messages.
  init(_ bytes: [UInt8], file: String, place: String) {
    self.bytes = bytes
    self.file = file
    self.place = place
  }

  /// Reads an object and calls `member` with each key; it must read or skip the value.
  mutating func readObject(
    _ what: String, member: (_ key: String, _ reader: inout JSONReader) throws -> Void
  ) throws {
    try expect("{", what)
    var keys: Set<String> = []
    if consume("}") { return }
    repeat {
      skipSpace()
      let start = position
      let key = try readString("a key of \(what)")
      guard keys.insert(key).inserted else {
        throw error("one member \"\(key)\" in \(what)", found: "a second one", at: start)
      }
      try expect(":", "a value for \"\(key)\"")
      try member(key, &self)
    } while consume(",")
    try expect("}", "the end of \(what)")
  }

  /// Reads an array and calls `element` once per element; it must read or skip it.
  mutating func readArray(_ what: String, element: (_ reader: inout JSONReader) throws -> Void) throws {
    try expect("[", what)
    if consume("]") { return }
    repeat { try element(&self) } while consume(",")
    try expect("]", "the end of \(what)")
  }

  /// Reads an integer from 0 to `Int.max`, written with digits only.
  mutating func readCount(_ what: String) throws -> Int {
    skipSpace()
    let start = position
    let digits = takeDigits()
    let plain = digits.count == 1 || digits.first != UInt8(ascii: "0")
    let ended = position == bytes.count || !".eE".utf8.contains(bytes[position])
    guard !digits.isEmpty, plain, ended, let value = Int(String(decoding: digits, as: UTF8.self)) else {
      position = start
      throw error("\(what): an integer from 0 to \(Int.max)")
    }
    return value
  }

  /// Reads over a value of any kind, checking its syntax.
  mutating func skipValue() throws { try skipValue(depth: 0) }

  /// Checks that only white space follows.
  mutating func finish() throws {
    skipSpace()
    if position < bytes.count { throw error("nothing more") }
  }
}

// MARK: Values of any kind

extension JSONReader {
  private mutating func skipValue(depth: Int) throws {
    skipSpace()
    guard depth < JSONReader.maximumDepth else {
      throw error("values at most \(JSONReader.maximumDepth) deep")
    }
    switch position < bytes.count ? bytes[position] : 0 {
    case UInt8(ascii: "{"):
      try readObject("an object") { _, reader in try reader.skipValue(depth: depth + 1) }
    case UInt8(ascii: "["): try readArray("an array") { reader in try reader.skipValue(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try readString("a string")
    case UInt8(ascii: "t"): try expectWord("true")
    case UInt8(ascii: "f"): try expectWord("false")
    case UInt8(ascii: "n"): try expectWord("null")
    default: try skipNumber()
    }
  }

  private mutating func expectWord(_ word: StaticString) throws {
    let start = position
    for offset in 0..<word.utf8CodeUnitCount {
      guard position < bytes.count, bytes[position] == word.utf8Start[offset] else {
        position = start
        throw error("\(word)")
      }
      position += 1
    }
  }

  private mutating func skipNumber() throws {
    let start = position
    _ = take("-")
    let whole = takeDigits()
    var valid = whole.count == 1 || (whole.count > 1 && whole.first != UInt8(ascii: "0"))
    if take(".") { valid = !takeDigits().isEmpty && valid }
    if take("e") || take("E") {
      _ = take("+") || take("-")
      valid = !takeDigits().isEmpty && valid
    }
    guard valid else {
      position = start
      throw error("a value")
    }
  }
}

// MARK: Tokens

extension JSONReader {
  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): position += 1
      default: return
      }
    }
  }

  /// Takes one character if it is next.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Takes one character if it is next, with white space before it.
  private mutating func consume(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    return take(character)
  }

  private mutating func expect(_ character: Unicode.Scalar, _ what: String) throws {
    if !consume(character) { throw error("'\(character)' (\(what))") }
  }

  private mutating func takeDigits() -> ArraySlice<UInt8> {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
      position += 1
    }
    return bytes[start..<position]
  }

  /// An error at the current position, which quotes what is there unless told what was found.
  func error(_ expected: String, found: String? = nil, at offset: Int? = nil) -> FormatError {
    let offset = offset ?? position
    let next = String(decoding: bytes[offset...].prefix(24), as: UTF8.self)
    return FormatError(
      file: file, place: "\(place), byte \(offset)", expected: expected,
      found: found ?? (next.isEmpty ? "the end" : "'\(next)'"))
  }
}

// MARK: Strings

extension JSONReader {
  /// Reads a string: valid UTF-8, no bare control characters, escapes resolved, surrogates only in pairs.
  mutating func readString(_ what: String) throws -> String {
    skipSpace()
    let start = position
    guard take("\"") else { throw error("\(what): a string") }
    var text: [UInt8] = []
    while true {
      guard position < bytes.count else { throw error("the end of the string at byte \(start)") }
      let byte = bytes[position]
      guard byte >= 0x20 else { throw error("no control characters in a string", found: hexadecimal([byte])) }
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try validated(text, start: start)
      case UInt8(ascii: "\\"): try text.append(contentsOf: readEscape().utf8)
      default: text.append(byte)
      }
    }
  }

  private func validated(_ text: [UInt8], start: Int) throws -> String {
    let result = String(decoding: text, as: UTF8.self)
    // Decoding replaces what is not UTF-8 by U+FFFD, which has other bytes.
    guard result.utf8.elementsEqual(text) else {
      throw error("valid UTF-8", found: "a string that is not", at: start)
    }
    return result
  }

  /// Reads what follows a backslash.
  private mutating func readEscape() throws -> String {
    let start = position - 1
    guard position < bytes.count else { throw error("an escape") }
    position += 1
    switch bytes[position - 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      if let scalar = readUnicodeEscape() { return String(Character(scalar)) }
    default: break
    }
    position = start
    throw error("a valid escape")
  }

  /// Reads the digits of `\uXXXX`, and the second half if they are the first half of a surrogate pair.
  private mutating func readUnicodeEscape() -> Unicode.Scalar? {
    guard let first = readHexadecimal() else { return nil }
    guard (0xd800..<0xdc00).contains(first) else { return Unicode.Scalar(first) }
    guard take("\\"), take("u"), let second = readHexadecimal(), (0xdc00..<0xe000).contains(second) else {
      return nil
    }
    return Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
  }

  private mutating func readHexadecimal() -> UInt32? {
    guard bytes.count - position >= 4 else { return nil }
    let digits = bytes[position..<position + 4]
    let letters = "0123456789abcdefABCDEF".utf8
    guard digits.allSatisfy({ letters.contains($0) }) else { return nil }
    position += 4
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
