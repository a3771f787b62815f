internal import Foundation

/// The files beside the tests: `Tests/Fixtures`.
public enum Fixture {
  /// The path of a fixture, such as `pytorch/losses.json`.
  public static func path(_ name: String, from file: String = #filePath) -> String {
    let tests = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
    return tests.appendingPathComponent("Fixtures").appendingPathComponent(name).path
  }

  /// A JSON fixture; its keys in snake case match properties in camel case.
  public static func json<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(contentsOf: URL(fileURLWithPath: path(name))))
  }
}

/// `{"shape": […], "values": […]}`, row-major.
public struct FixtureArray: Decodable, Sendable {
  /// The length of each dimension.
  public let shape: [Int]
  /// The values, row after row.
  public let values: [Float]

  /// An array of the given shape.
  public init(shape: [Int], values: [Float]) {
    self.shape = shape
    self.values = values
  }
}
