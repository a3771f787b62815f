#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Values as JSON texts, always with sorted keys, so that equal values make equal bytes.
package enum JSONText {
  /// The value as JSON, on one line or indented.
  package static func encode(_ value: some Encodable, indented: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if indented { encoder.outputFormatting.insert(.prettyPrinted) }
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// The value a JSON text stands for; throws `DecodingError`.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from text: String, userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws -> Value {
    let decoder = JSONDecoder()
    decoder.userInfo = userInfo
    return try decoder.decode(type, from: Data(text.utf8))
  }

  /// Why a text could not be decoded, on one line, without paths and wrappers.
  package static func reason(of error: DecodingError) -> String {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
      .dataCorrupted(let context):
      oneLine(context.debugDescription)
    @unknown default: "something else"
    }
  }
}
