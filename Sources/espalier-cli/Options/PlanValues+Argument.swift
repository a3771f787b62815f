import ArgumentParser
import Espalier

extension SparseVectorLayout.Values: ExpressibleByArgument, CustomStringConvertible {
  /// The word on the command line.
  public var description: String {
    switch self {
    case .single: "f32"
    case .half: "f16"
    }
  }

  /// The type that a word on the command line means.
  public init?(argument: String) {
    guard let value = Self.allCases.first(where: { $0.description == argument }) else { return nil }
    self = value
  }

  /// All words.
  public static var allValueStrings: [String] { allCases.map(\.description) }

  /// The word in the help text.
  public var defaultValueDescription: String { description }
}
