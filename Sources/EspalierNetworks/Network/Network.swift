/// A directed acyclic graph of layers, in topological order, with one input and one output (its last node).
///
/// A value: `let ticket = network` is a snapshot that later training does not touch, and costs nothing until then.
///
///     var generator = Xoshiro256(seed: 1)
///     let network = Network(input: [28, 28]) {
///       Flatten()
///       Linear(inputs: 784, outputs: 300, using: &generator).named("fc1")
///       ReLU()
///       Linear(inputs: 300, outputs: 10, using: &generator).named("fc2")
///     }
public struct Network: Sendable {
  /// Where a node's input comes from.
  public enum Source: Sendable, Hashable {
    /// The network's input.
    case input
    /// The output of an earlier node.
    case node(Int)
  }

  /// A layer with its name and its place in the graph.
  public struct Node: Sendable {
    /// Unique in the network; the first part of its parameters' paths.
    public let name: String
    /// Where its inputs come from, all of them earlier.
    public let sources: [Source]
    /// The shape of a sample's output.
    public let outputShape: [Int]
    /// The layer.
    public internal(set) var layer: any Layer
    /// The paths of its parameters, in the order of `visitParameters`.
    let parameterPaths: [ParameterPath]
  }

  /// The shape of one sample.
  public let inputShape: [Int]
  /// The layers, each after its sources.
  public internal(set) var nodes: [Node] = []
  /// The same object for all networks of one structure that come from one another, so that a workspace can tell
  /// whether it was planned for this network. Every appended node makes another structure.
  private(set) var structure = Structure()

  final class Structure: Sendable {}

  /// A network in the making, without layers.
  package init(inputShape: [Int]) { self.inputShape = inputShape }

  /// A network for samples of shape `inputShape`, made of the components one after another.
  ///
  /// Traps, naming the layer and the shapes, when a layer does not fit the one before it, and when two nodes have the
  /// same name or one has a name that is not of visible ASCII characters. Layers without a name are called by their kind and position among that kind: `relu1`.
  public init(input inputShape: [Int], @NetworkBuilder _ components: () -> [any NetworkComponent]) {
    self.init(inputShape: inputShape)
    var source = Source.input
    for component in components() { source = component.append(to: &self, after: source) }
    precondition(!nodes.isEmpty, "a network needs at least one layer")
  }

  /// The shape of a sample's output.
  public var outputShape: [Int] { nodes.last?.outputShape ?? inputShape }

  /// The number of parameters' values, pruned ones included.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.parameter.count } }

  /// All parameters with their paths, in the order of the nodes.
  public var parameters: [(path: ParameterPath, parameter: Parameter)] {
    var copy = self
    var list: [(path: ParameterPath, parameter: Parameter)] = []
    copy.visitParameters { path, parameter in list.append((path, parameter)) }
    return list
  }

  /// The parameter at a path, nil if there is none.
  public subscript(path: ParameterPath) -> Parameter? { parameters.first { $0.path == path }?.parameter }

  /// The one way to the parameters: visits each in place, in the order of the nodes.
  public mutating func visitParameters(_ visit: (ParameterPath, inout Parameter) -> Void) {
    for index in nodes.indices {
      let paths = nodes[index].parameterPaths
      var position = 0
      nodes[index].layer.visitParameters { _, parameter in
        visit(paths[position], &parameter)
        position += 1
      }
    }
  }

  /// Visits every layer in place, in the order of the nodes.
  mutating func visitLayers(_ visit: (inout any Layer) -> Void) {
    for index in nodes.indices { visit(&nodes[index].layer) }
  }

  /// Puts another form of a node's layer into its place: one with the same shapes and parameters.
  package mutating func replaceLayer(at index: Int, with layer: any Layer) { nodes[index].layer = layer }

  /// Appends a layer to the graph and returns where its output is; traps like the builder.
  @discardableResult
  public mutating func append(_ layer: some Layer, name: String? = nil, after sources: [Source]) -> Source {
    do { return try add(layer, name: name, after: sources) } catch { preconditionFailure("\(error)") }
  }

  mutating func add(
    _ layer: any Layer, name: String?, after sources: [Source]
  ) throws(ShapeMismatch) -> Source {
    let kind = type(of: layer).kind
    let name = name ?? "\(kind)\(nodes.count { type(of: $0.layer).kind == kind } + 1)"
    guard Self.isPlain(name) else {
      throw ShapeMismatch(
        layer: name, expected: "a name of visible ASCII characters, not \(Self.inputName)", found: name)
    }
    guard !nodes.contains(where: { $0.name == name }) else {
      throw ShapeMismatch(layer: name, expected: "a name of its own", found: "a second node of that name")
    }
    var shape: [Int]
    do { shape = try layer.outputShape(for: sources.map(shape(of:))) } catch {
      throw ShapeMismatch(layer: "\(name) (\(kind))", expected: error.expected, found: error.found)
    }
    var visited = layer
    var paths: [ParameterPath] = []
    visited.visitParameters { parameter, _ in paths.append(ParameterPath(node: name, name: parameter)) }
    nodes.append(Node(name: name, sources: sources, outputShape: shape, layer: layer, parameterPaths: paths))
    structure = Structure()
    return .node(nodes.count - 1)
  }

  /// What the network's input is called among the nodes of a stored network.
  static let inputName = "input"

  /// Names stand in files' tensor names and in reports.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name != inputName && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }

  /// The name of a node; `input` for the network's input.
  public func name(of source: Source) -> String {
    switch source {
    case .input: Self.inputName
    case .node(let index): nodes[index].name
    }
  }

  /// The shape of what a source gives for one sample.
  public func shape(of source: Source) -> [Int] {
    switch source {
    case .input: inputShape
    case .node(let index): nodes[index].outputShape
    }
  }
}
