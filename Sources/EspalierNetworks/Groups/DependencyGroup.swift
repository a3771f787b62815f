/// Output channels that only go together, unit by unit: what one removes from a network without changing its graph.
///
/// A group has `unitCount` units that are all alike: each is some output channels of the same layers, and the slices of
/// parameters that make and read them. In a chain `conv1, bn1, relu1, conv2` a unit is one output channel of the first three
/// with its filter, bias, normalisation, and the slice of `conv2`'s filters that reads it. A layer value that stands at two
/// nodes is two layers here, as everywhere in a network: weights are never shared.
///
/// Source: G. Fang et al., "DepGraph: Towards any structural pruning" (CVPR 2023).
public struct DependencyGroup: Sendable, Hashable, Codable, Identifiable {
  /// The name of the first layer that makes the group's channels, with `#2` and so on where a layer's channels fall into
  /// several groups; unique in the network.
  public let name: String
  /// How many units there are.
  public let unitCount: Int
  /// The layers whose output channels belong to the units, in the order of the network.
  public let members: [CoupledChannels]
  /// The slices of parameters that come and go with the units, in the order of the network.
  public let slices: [CoupledSlice]

  /// The name.
  public var id: String { name }
  /// The layers with weights whose outputs go, and layers that select channels; in the order of the network.
  public var producers: [String] { members.filter(\.isProducer).map(\.node) }
  /// The layers with weights whose inputs shrink, in the order of the network.
  public var consumers: [String] {
    var names: [String] = []
    for slice in slices where slice.side == .reads && names.last != slice.node { names.append(slice.node) }
    return names
  }
}

/// A node's output channels that belong to a group's units.
public struct CoupledChannels: Sendable, Hashable, Codable {
  /// The node's name.
  public let node: String
  /// All output channels of the node, those of other groups included.
  public let channelCount: Int
  /// Whether the channels begin here, rather than being passed on.
  public let isProducer: Bool
  /// The channels of each unit.
  public let channels: UnitIndices
}

/// What each unit of a group takes of a parameter along one axis.
public struct CoupledSlice: Sendable, Hashable, Codable {
  /// Whether values make a channel or read it.
  public enum Side: String, Sendable, Codable {
    /// The axis is that of the layer's outputs: filters, biases, normalisation.
    case makes
    /// The axis is that of the layer's inputs.
    case reads
  }

  /// The node's name.
  public let node: String
  /// The parameter's name in its layer.
  public let parameter: String
  /// The axis.
  public let axis: Int
  /// Whether the values make the unit's channels or read them.
  public let side: Side
  /// The indices of each unit along the axis.
  public let indices: UnitIndices

  /// The parameter's path in the network.
  public var path: ParameterPath { ParameterPath(node: node, name: parameter) }
}

/// Equally many ascending indices for each unit of a group. Encoded as a list of lists.
public struct UnitIndices: Sendable, Hashable, Codable {
  /// Indices a unit.
  public let countPerUnit: Int
  /// Those of all units, one unit after another.
  public let all: [Int]

  init(countPerUnit: Int, all: [Int]) {
    self.countPerUnit = countPerUnit
    self.all = all
  }

  /// Each unit's indices modulo `length`, equal ones once: where the parts of a grouped layer share indices.
  func remainders(by length: Int) -> UnitIndices {
    guard all.contains(where: { $0 >= length }) else { return self }
    let lists = (0..<unitCount).map { Set(self[$0].map { $0 % length }).sorted() }
    return UnitIndices(countPerUnit: lists[0].count, all: lists.flatMap { $0 })
  }

  /// The indices of a unit; traps when there is none of that number.
  public subscript(unit: Int) -> ArraySlice<Int> { all[unit * countPerUnit..<(unit + 1) * countPerUnit] }
  /// How many units there are.
  public var unitCount: Int { all.count / max(countPerUnit, 1) }

  /// Reads a list of equally long, non-empty lists.
  public init(from decoder: any Decoder) throws {
    let lists = try [[Int]](from: decoder)
    countPerUnit = lists.first?.count ?? 1
    all = lists.flatMap { $0 }
    guard countPerUnit > 0, lists.allSatisfy({ $0.count == countPerUnit }) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "units have lists of unequal length, or empty ones"))
    }
  }

  /// One list a unit.
  public func encode(to encoder: any Encoder) throws {
    try (0..<unitCount).map { Array(self[$0]) }.encode(to: encoder)
  }
}
