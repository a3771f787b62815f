internal import EspalierNetworks
internal import EspalierTensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What the result of a measurement depends on, as one text.
struct CalibrationKey: Hashable, Sendable {
  let text: String

  init(_ layer: Linear, batchSize: Int, _ contenders: [OperatorKind], _ compute: Compute) {
    text = [
      Self.place(compute), Self.size(layer, batchSize: batchSize),
      contenders.map(\.rawValue).joined(separator: " or "),
    ].joined(separator: ", ")
  }

  init(_ network: Network, batchSize: Int, _ contenders: [BatchSplit], _ compute: Compute) {
    let layers = network.nodes.compactMap(\.layer.linear).map { Self.size($0, batchSize: batchSize) }
    text =
      ([Self.place(compute)] + layers + [contenders.map(\.description).joined(separator: " or ")])
      .joined(separator: ", ")
  }

  private static func place(_ compute: Compute) -> String {
    [
      processorName ?? "unknown processor", compute.backend.rawValue, compute.coreName,
      compute.instructionSet.rawValue,
      "\(compute.threads) threads",
    ].joined(separator: ", ")
  }

  private static func size(_ layer: Linear, batchSize: Int) -> String {
    // Densities within a tenth of each other behave alike.
    let density = layer.weight.density
    let step = density > 0 ? Int((-10 * log2(density)).rounded()) : -1
    return "\(layer.outputs)x\(layer.inputs), batch \(batchSize), density 2^-\(step)/10"
  }
}
