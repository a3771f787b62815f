internal import EspalierNetworks
internal import EspalierTensors

/// The values of a dense parameter of which a forward pass sees only a part: pruned ones are kept here, to be trained
/// unseen or to come back.
struct LatentWeights: Sendable {
  /// All values; +0.0 where the parameter was pruned before.
  private(set) var values: Tensor
  /// What was not pruned before; nil for all.
  let candidates: Mask?

  init(of parameter: Parameter) {
    values = parameter.values
    candidates = parameter.mask
  }

  /// The number of values that may survive.
  var available: Int { candidates?.survivors ?? values.count }

  /// Takes over all of the parameter's values that may survive.
  mutating func take(from parameter: Parameter) { take(from: parameter, under: candidates) }

  /// Takes over the parameter's values where the mask keeps them.
  mutating func take(from parameter: Parameter, under mask: Mask?) {
    values.withUnsafeMutableValues { own in
      parameter.withUnsafeStoredValues { seen in
        guard let mask else { return _ = own.update(fromContentsOf: seen) }
        mask.withUnsafeWords { words in
          for index in own.indices where words[index >> 6] >> UInt64(index & 63) & 1 == 1 {
            own[index] = seen[index]
          }
        }
      }
    }
  }

  /// The places of the largest magnitudes, `count` of them or as many as may survive.
  func largest(_ count: Int) -> Mask {
    var kept = candidates ?? Mask(ones: values.shape)
    var cut = MagnitudeSelection(smallest: max(available - count, 0), of: [(values, candidates)])
    cut.clear(values, in: &kept)
    return kept
  }
}
