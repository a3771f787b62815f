public import EspalierNetworks

/// A network without what does not matter to its output: physically smaller, with the same outputs to rounding.
///
/// What goes, again and again until nothing more does:
/// - channels and neurons that nothing reads: all weights behind them are 0, or belong to what goes itself;
/// - channels that are constant, since all weights before them are 0 or read constants only: what they are, through activation
///   functions, normalisation, pooling and sums, goes into the biases of the layers that read them. Behind a convolution with
///   padding only those that are 0 go: at the image's border the others make a difference. Where such a channel must stay for
///   others, the weights that read it are pruned;
/// - channels of the network's input that nothing reads, by a `Select` behind it; the network takes the same samples;
/// - layers whose output nobody reads.
///
/// Channels go in whole units of dependency groups, so a channel of a residual path stays as long as one of its layers needs it.
/// A layer of which everything could go keeps one channel. Masks of what stays are kept, and packed parameters stay packed.
/// Weights count as pruned when they are 0, under a mask or not. Costs a few passes over the weights that are not 0, and for each
/// the memory of one sample's activations.
public struct Compaction: Sendable {
  /// Why a channel went.
  public enum Reason: Sendable, Hashable {
    /// It did not depend on the input, and its value went into the biases behind it.
    case constant
    /// No weight that matters reads it.
    case unread
  }

  /// What became of one layer.
  public struct Layer: Sendable, Hashable, Codable {
    /// The name of its node.
    public let name: String
    /// Its kind.
    public let kind: String
    /// Channels of its input, or of all its inputs together: before and after.
    public let inputs: Change
    /// Channels of its output.
    public internal(set) var outputs: Change
    /// Parameter values, pruned ones included.
    public let parameters: Change
    /// How many output channels went because they were constant.
    public internal(set) var constantChannels = 0
    /// How many output channels went because nothing read them.
    public internal(set) var unreadChannels = 0
  }

  /// A count before and after; 0 before what is new, and after what is gone.
  public struct Change: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Before.
    public let before: Int
    /// After.
    public let after: Int

    /// Such as `300 → 120`, or the number alone where it is the same.
    public var description: String { before == after ? "\(after)" : "\(before) → \(after)" }
  }

  /// The smaller network.
  public let network: Network
  /// The layers that were and that are, in the order of the networks, new ones first.
  public let layers: [Layer]

  /// Compacts a network.
  public init(of network: Network) {
    var smaller = network.withoutUnreadNodes()
    var tally = ReasonTally()
    var nodeCount = 0
    // What is constant can go from behind a selection that leaves other channels of an input out.
    while nodeCount != smaller.nodes.count {
      nodeCount = smaller.nodes.count
      smaller = Self.withoutDeadChannels(smaller, &tally).selectingReadInputs()
    }
    self.network = smaller
    layers = Self.layers(network, self.network, tally)
  }

  /// The network after as many rounds as change anything.
  private static func withoutDeadChannels(_ network: Network, _ tally: inout ReasonTally) -> Network {
    var smaller = network
    while true {
      let pass = CompactionPass(of: smaller)
      guard let next = pass.result() else { return smaller }
      for (index, node) in smaller.nodes.enumerated() { tally.add(pass.reasons(index), node.name) }
      smaller = next
    }
  }

  private static func layers(_ before: Network, _ after: Network, _ tally: ReasonTally) -> [Layer] {
    let (old, new) = (LayerCounts.byName(before), LayerCounts.byName(after))
    let added = after.nodes.filter { old[$0.name] == nil }
    return (added + before.nodes).map { node in
      let (a, b) = (old[node.name] ?? LayerCounts(), new[node.name] ?? LayerCounts())
      return Layer(
        name: node.name, kind: type(of: node.layer).kind, inputs: Change(before: a.inputs, after: b.inputs),
        outputs: Change(before: a.outputs, after: b.outputs),
        parameters: Change(before: a.parameters, after: b.parameters),
        constantChannels: tally[node.name, .constant], unreadChannels: tally[node.name, .unread])
    }
  }
}

extension Network {
  /// The network without dead channels, neurons, inputs and layers; see `Compaction`, which also says what went and why.
  public func compacted() -> Network { Compaction(of: self).network }
}

/// How many channels of each layer went for which reason.
private struct ReasonTally {
  private var counts: [String: [Compaction.Reason: Int]] = [:]

  mutating func add(_ reasons: [Compaction.Reason?], _ name: String) {
    for case let reason? in reasons { counts[name, default: [:]][reason, default: 0] += 1 }
  }

  subscript(name: String, reason: Compaction.Reason) -> Int { counts[name]?[reason] ?? 0 }
}

/// The sizes of one layer.
private struct LayerCounts {
  var inputs = 0
  var outputs = 0
  var parameters = 0

  static func byName(_ network: Network) -> [String: LayerCounts] {
    var counts: [String: LayerCounts] = [:]
    for node in network.nodes {
      counts[node.name] = LayerCounts(
        inputs: node.sources.reduce(0) { $0 + network.channelCount(of: $1) },
        outputs: node.outputShape.first ?? 1)
    }
    for (path, parameter) in network.parameters { counts[path.node]?.parameters += parameter.count }
    return counts
  }
}
