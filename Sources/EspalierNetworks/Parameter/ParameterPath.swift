/// Where a parameter is in a network: the node's name and the parameter's own, written `fc1.weight`.
///
/// The name under which a parameter stands in files, reports and optimizer state.
public struct ParameterPath: Sendable, Hashable, CustomStringConvertible {
  /// The node's name, such as `fc1`.
  public let node: String
  /// The parameter's name in its layer, such as `weight`.
  public let name: String

  /// The path of parameter `name` of `node`.
  public init(node: String, name: String) {
    self.node = node
    self.name = name
  }

  /// `node.name`
  public var description: String { "\(node).\(name)" }
}
