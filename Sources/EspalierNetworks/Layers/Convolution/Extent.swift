/// A height and a width: of a kernel, a stride, a padding, an image. An integer literal is both.
public struct Extent: Sendable, Hashable, Codable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int

  /// A height and a width.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// The same height and width.
  public init(_ side: Int) { self.init(height: side, width: side) }
  /// The same height and width.
  public init(integerLiteral side: Int) { self.init(side) }

  /// height · width
  public var count: Int { height * width }
  /// Such as `3×3`.
  public var description: String { "\(height)×\(width)" }
}
