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
    // Densities within a tenth of each other behave alike.
    let density = layer.weight.density
    let step = density > 0 ? Int((-10 * log2(density)).rounded()) : -1
    text = [
      compute.backend.rawValue, compute.coreName, compute.instructionSet.rawValue,
      "\(compute.threads) threads",
      "\(layer.outputs)x\(layer.inputs)", "batch \(batchSize)", "density 2^-\(step)/10",
      contenders.map(\.rawValue).joined(separator: " or "),
    ].joined(separator: ", ")
  }
}
