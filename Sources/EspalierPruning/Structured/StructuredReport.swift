public import EspalierNetworks
internal import EspalierTensors

/// A network without some of its channels, and what became of each layer.
public struct StructuredPruning: Sendable {
  /// What is left: the same graph and names, smaller layers.
  public let network: Network
  /// What became of each layer.
  public let report: StructuredReport

  init(_ network: Network, from whole: Network, latency: (before: Double, after: Double)?) {
    self.network = network
    report = StructuredReport(
      before: whole, after: network,
      latency: latency.map { .init(before: $0.before, after: $0.after) })
  }
}

/// What removing channels did, layer by layer and in all.
public struct StructuredReport: Sendable, Hashable, Codable, CustomStringConvertible {
  /// A number before and after.
  public struct Change<Value: Sendable & Hashable & Codable>: Sendable, Hashable, Codable {
    /// Before.
    public let before: Value
    /// After.
    public let after: Value
  }

  /// A layer with parameters.
  public struct Layer: Sendable, Hashable, Codable {
    /// The name of its node.
    public let name: String
    /// Its output channels; 0 after where the layer itself is gone.
    public let channels: Change<Int>
    /// Its multiplications for one sample, of weights that are not pruned.
    public let multiplyAccumulates: Change<Int>
  }

  /// The layers with parameters, in the order of the network as it was.
  public let layers: [Layer]
  /// Values of all parameters that are not pruned.
  public let parameters: Change<Int>
  /// Multiplications for one sample, of weights that are not pruned.
  public let multiplyAccumulates: Change<Int>
  /// Measured seconds of a prediction; nil where they were not a target.
  public let latency: Change<Double>?

  /// Compares a network with what removing channels or layers made of it.
  public init(before: Network, after: Network, latency: Change<Double>? = nil) {
    let (old, new) = (NetworkCost(of: before), NetworkCost(of: after))
    let left = Dictionary(uniqueKeysWithValues: new.layers.map { ($0.name, $0) })
    layers = old.layers.filter { $0.parameters > 0 }.map { layer in
      let remains = left[layer.name]
      return Layer(
        name: layer.name,
        channels: Change(
          before: layer.outputShape.first ?? 1, after: remains.map { $0.outputShape.first ?? 1 } ?? 0),
        multiplyAccumulates: Change(
          before: layer.survivingMultiplyAccumulates, after: remains?.survivingMultiplyAccumulates ?? 0))
    }
    parameters = Change(before: old.survivors, after: new.survivors)
    multiplyAccumulates = Change(
      before: old.survivingMultiplyAccumulates, after: new.survivingMultiplyAccumulates)
    self.latency = latency
  }

  /// One line a layer that multiplies and one for all: channels, and the multiplications and values that are left.
  public var description: String {
    let multiplying = layers.filter { $0.multiplyAccumulates.before > 0 }
    let width = multiplying.reduce(20) { max($0, $1.name.count) }
    let lines = multiplying.map { layer in
      "\(layer.name.paddedRight(to: width)) | channels = \(layer.channels.before.padded(to: 5)) -> "
        + "\(layer.channels.after.padded(to: 5)) | multiplications left = \(layer.multiplyAccumulates.description)"
    }
    let total =
      "values left: \(parameters.description), multiplications left: \(multiplyAccumulates.description)"
      + (latency.map { ", latency: \(microseconds($0.before)) -> \(microseconds($0.after)) µs" } ?? "")
    return (lines + [total]).joined(separator: "\n")
  }

  private func microseconds(_ seconds: Double) -> String { (seconds * 1e6).formatted(decimals: 2) }
}

extension StructuredReport.Change<Int> {
  fileprivate var description: String {
    let ratio = after > 0 ? " (\((Double(before) / Double(after)).formatted(decimals: 2))x)" : ""
    return "\(before) -> \(after)\(ratio)"
  }
}
