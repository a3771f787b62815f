public import EspalierNetworks
public import EspalierTensors

extension Network {
  /// Prunes a random half of every weight, so that masks have no pattern a kernel could rely on.
  public mutating func pruneHalf(using generator: inout Xoshiro256) {
    visitParameters { _, parameter in
      guard parameter.role == .weight else { return }
      let kept = (0..<parameter.count).map { _ in Bool.random(using: &generator) }
      parameter.prune(keeping: Mask(kept, shape: parameter.shape))
    }
  }

  /// The bits of all parameters' values, in the order of the nodes.
  public var bits: [[UInt32]] { parameters.map { $0.parameter.values.bits } }
}
