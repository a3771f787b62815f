/// The architecture of a network without its parameters, as it is stored: input shape, and for each node its name,
/// layer kind, configuration and sources.
///
/// Decoding needs to know the layers: `decoder.userInfo[.layerRegistry]`, `LayerRegistry.standard` by default.
public struct NetworkDescription: Codable, Sendable {
  /// The shape of one sample.
  public let input: [Int]
  let nodes: [NodeDescription]

  /// Far more than networks have, and few enough that planning them takes no longer than a moment.
  private static let nodeCounts = 1...10_000

  /// The description of a network.
  public init(of network: Network) {
    input = network.inputShape
    nodes = network.nodes.map { node in
      NodeDescription(
        name: node.name,
        inputs: node.sources.map(network.name(of:)),
        blueprint: makeBlueprint(from: node.layer))
    }
  }

  /// Builds the network, its parameters taken from `source(name of the node)`; throws what the source throws, and a
  /// `ShapeMismatch` or `InvalidDescription` when the graph does not hold together.
  public func makeNetwork(parameters source: (String) -> any ParameterSource) throws -> Network {
    guard Self.nodeCounts.contains(nodes.count) else {
      throw InvalidDescription(
        expected: "\(Self.nodeCounts.lowerBound) to \(Self.nodeCounts.upperBound) nodes",
        found: "\(nodes.count)")
    }
    try requireCountable(input, of: "the input")
    var network = Network(inputShape: input)
    var known: [String: Network.Source] = [Network.inputName: .input]
    for node in nodes {
      let sources = try node.inputs.map { name in
        guard let source = known[name] else {
          throw InvalidDescription(expected: "node \(node.name) to follow its inputs", found: "input \(name)")
        }
        return source
      }
      var parameters = source(node.name)
      let layer = try node.blueprint.makeLayer(parameters: &parameters)
      known[node.name] = try network.add(layer, name: node.name, after: sources)
      try requireCountable(network.outputShape, of: "node \(node.name)")
    }
    return network
  }

  /// Refuses shapes whose values nobody could count or hold, before anything multiplies their lengths.
  private func requireCountable(_ shape: [Int], of what: String) throws(InvalidDescription) {
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard length > 0, !overflow, product < 1 << 31 else {
        throw InvalidDescription(expected: "\(what) to have 1 to 2³¹ − 1 values", found: "shape \(shape)")
      }
      count = product
    }
  }
}

/// A stored architecture that does not hold together.
public struct InvalidDescription: Error, Sendable, Hashable, CustomStringConvertible {
  /// What should have been there.
  public let expected: String
  /// What was there.
  public let found: String

  /// One line.
  public var description: String { "architecture: expected \(expected), found \(found)" }
}

extension CodingUserInfoKey {
  /// The `LayerRegistry` that decoding a `NetworkDescription` uses.
  public static let layerRegistry = CodingUserInfoKey(rawValue: "espalier.layerRegistry")!
}

struct NodeDescription: Codable, Sendable {
  let name: String
  let inputs: [String]
  let blueprint: any AnyLayerBlueprint

  enum CodingKeys: String, CodingKey { case name, layer, inputs, configuration }

  init(name: String, inputs: [String], blueprint: any AnyLayerBlueprint) {
    self.name = name
    self.inputs = inputs
    self.blueprint = blueprint
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    inputs = try container.decode([String].self, forKey: .inputs)
    let kind = try container.decode(String.self, forKey: .layer)
    let registry = decoder.userInfo[.layerRegistry] as? LayerRegistry ?? .standard
    guard let type = registry[kind] else {
      throw InvalidDescription(expected: "a known layer for node \(name)", found: "layer \(kind)")
    }
    blueprint = try makeBlueprint(of: type, from: container.superDecoder(forKey: .configuration))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(blueprint.kind, forKey: .layer)
    try container.encode(inputs, forKey: .inputs)
    try blueprint.encodeConfiguration(to: container.superEncoder(forKey: .configuration))
  }
}

/// A layer's configuration together with its type, the type erased.
protocol AnyLayerBlueprint: Sendable {
  var kind: String { get }
  func encodeConfiguration(to encoder: any Encoder) throws
  func makeLayer(parameters: inout any ParameterSource) throws -> any Layer
}

private struct LayerBlueprint<Content: Layer>: AnyLayerBlueprint {
  let configuration: Content.Configuration
  var kind: String { Content.kind }

  func encodeConfiguration(to encoder: any Encoder) throws { try configuration.encode(to: encoder) }

  func makeLayer(parameters: inout any ParameterSource) throws -> any Layer {
    try Content(configuration: configuration, parameters: &parameters)
  }
}

private func makeBlueprint<Content: Layer>(
  of type: Content.Type, from decoder: any Decoder
) throws -> any AnyLayerBlueprint {
  LayerBlueprint<Content>(configuration: try Content.Configuration(from: decoder))
}

private func makeBlueprint<Content: Layer>(from layer: Content) -> any AnyLayerBlueprint {
  LayerBlueprint<Content>(configuration: layer.configuration)
}
