/// A file whose content is not what its format, or the caller, asks for.
///
/// The description is one line: `FILE: PLACE: expected EXPECTED, found FOUND`. Text that comes from the
/// file itself (the names of tensors, pieces of a header) may hold anything, so control characters are
/// escaped and very long pieces are shortened in the description; the properties keep them as they are.
public struct FormatError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The path of the file, as the caller gave it.
  public let file: String
  /// Where in the file, for example `byte 8`, `header` or `tensor fc1.weight`.
  public let place: String
  /// What should have been there.
  public let expected: String
  /// What was there.
  public let found: String

  /// Makes an error from its four parts.
  public init(file: String, place: String, expected: String, found: String) {
    self.file = file
    self.place = place
    self.expected = expected
    self.found = found
  }

  /// The error as one line of text.
  public var description: String {
    "\(oneLine(file)): \(oneLine(place)): expected \(oneLine(expected)), found \(oneLine(found))"
  }
}
