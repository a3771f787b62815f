#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Values as JSON texts, always with sorted keys, so that equal values make equal bytes; infinities and NaN, which JSON has no
/// numbers for, as the strings "Infinity", "-Infinity" and "NaN".
package enum JSONText {
  /// The value as JSON, on one line or indented.
  package static func encode(_ value: some Encodable, indented: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    if indented { encoder.outputFormatting.insert(.prettyPrinted) }
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// The value that a JSON text of a program's own stands for; throws `DecodingError`.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from text: String, userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws -> Value {
    let decoder = JSONDecoder()
    decoder.userInfo = userInfo
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try decoder.decode(type, from: Data(text.utf8))
  }

  /// The value that a JSON text in a file stands for. Nesting deeper than 64 and equal keys are refused, which
  /// Foundation's decoder alone would not do.
  ///
  /// - Parameters:
  ///   - file: the path for error messages.
  ///   - place: the name of the text for error messages.
  ///   - expected: what the text should be, for error messages.
  /// - Throws: `FormatError`, and errors of the value's own.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from text: String, file: String, place: String, expected: String,
    userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws -> Value {
    var reader = JSONReader(Array(text.utf8), file: file, place: place)
    try reader.skipValue()
    try reader.finish()
    do { return try decode(type, from: text, userInfo: userInfo) } catch let error as DecodingError {
      throw FormatError(file: file, place: place, expected: expected, found: reason(of: error))
    }
  }

  /// Why a text could not be decoded, and where in it.
  private static func reason(of error: DecodingError) -> String {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
      .dataCorrupted(let context):
      let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
      return path.isEmpty ? context.debugDescription : "\(context.debugDescription) (at \(path))"
    @unknown default: return "something else"
    }
  }
}
