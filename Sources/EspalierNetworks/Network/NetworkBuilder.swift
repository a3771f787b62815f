/// Something a network is built from: a layer, a named layer, a residual block, or a sequence of one's own.
public protocol NetworkComponent {
  /// Appends its nodes to the network and returns where its output is.
  func append(to network: inout Network, after source: Network.Source) -> Network.Source
}

extension Layer {
  /// Appends this layer as one node.
  public func append(to network: inout Network, after source: Network.Source) -> Network.Source {
    network.append(self, after: [source])
  }

  /// This layer under a name of its own in the network.
  public func named(_ name: String) -> some NetworkComponent { NamedLayer(layer: self, name: name) }
}

private struct NamedLayer<Content: Layer>: NetworkComponent {
  let layer: Content
  let name: String

  func append(to network: inout Network, after source: Network.Source) -> Network.Source {
    network.append(layer, name: name, after: [source])
  }
}

/// A block whose output is added to its input, y = x + f(x), or to what a shortcut makes of it, y = g(x) + f(x), where the
/// block does not keep the shape.
///
/// Source: K. He et al., "Deep residual learning for image recognition" (CVPR 2016).
public struct Residual: NetworkComponent {
  private let block: Branch
  private let shortcut: Branch

  /// A residual connection around the components; without a shortcut they must keep the shape.
  public init(
    @NetworkBuilder _ components: () -> [any NetworkComponent],
    @NetworkBuilder shortcut: () -> [any NetworkComponent] = { [] }
  ) {
    block = Branch(components)
    self.shortcut = Branch(shortcut)
  }

  /// Appends the block, then the shortcut, then the sum.
  public func append(to network: inout Network, after source: Network.Source) -> Network.Source {
    let end = block.append(to: &network, after: source)
    return network.append(Add(), after: [shortcut.append(to: &network, after: source), end])
  }
}

/// Lists components one after another; `if`, `if else` and `for` work inside.
@resultBuilder
public enum NetworkBuilder {
  /// One component.
  public static func buildExpression(_ component: any NetworkComponent) -> [any NetworkComponent] {
    [component]
  }
  /// Several components.
  public static func buildExpression(_ components: [any NetworkComponent]) -> [any NetworkComponent] {
    components
  }
  /// One after another.
  public static func buildBlock(_ parts: [any NetworkComponent]...) -> [any NetworkComponent] {
    parts.flatMap { $0 }
  }
  /// `if` without `else`.
  public static func buildOptional(_ part: [any NetworkComponent]?) -> [any NetworkComponent] { part ?? [] }
  /// The `if` branch.
  public static func buildEither(first part: [any NetworkComponent]) -> [any NetworkComponent] { part }
  /// The `else` branch.
  public static func buildEither(second part: [any NetworkComponent]) -> [any NetworkComponent] { part }
  /// A loop.
  public static func buildArray(_ parts: [[any NetworkComponent]]) -> [any NetworkComponent] {
    parts.flatMap { $0 }
  }
}
