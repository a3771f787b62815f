public import EspalierNetworks
internal import EspalierTensors

/// Which survivors a step of evolution takes away.
public enum EvolutionRemoval: String, Sendable, Codable, CaseIterable {
  /// Of the positive weights the smallest and of the negative ones the largest, the same share of both; zeros count as
  /// positive.
  case smallestOfEachSign
  /// The smallest magnitudes.
  case smallestMagnitudes
}

/// What evolution did to one parameter.
public struct EvolvedParameter: Sendable, Hashable {
  /// The parameter.
  public let path: ParameterPath
  /// How many weights were taken away, and as many grew elsewhere.
  public let replaced: Int
  /// The survivors, as many as before.
  public let survivors: Int
}

extension Network {
  /// One step of sparse evolutionary training: every selected matrix loses the share `fraction` of its weakest weights, and as
  /// many grow at random places that were free before.
  ///
  /// The number replaced is ⌊fraction · survivors⌋ (of each sign, where signs are told apart), but never more than there
  /// are free places; so nothing happens to a matrix that was never pruned. New weights are drawn by `initializer` with the
  /// mean fan-in of the survivors; by default they begin at 0, so that the network computes the same but for what went.
  /// Their moments begin at 0. Never dense; costs O(survivors).
  ///
  /// Workspaces that were planned for the network before are of no use afterwards. Traps unless the fraction lies in 0…1.
  ///
  /// Source: D. Mocanu et al., "Scalable training of artificial neural networks with adaptive sparse connectivity inspired
  /// by network science" (Nature Communications 9, 2018): after each epoch, with a fraction ζ of 0.3 and new weights drawn
  /// like the first; that they better begin at 0 is from U. Evci et al., "Rigging the lottery" (ICML 2020).
  @discardableResult
  public mutating func evolve(
    fraction: Double, removing removal: EvolutionRemoval = .smallestOfEachSign,
    initializer: Initializer = .constant(0), _ selection: ParameterSelection = .weights,
    using generator: inout some RandomNumberGenerator
  ) -> [EvolvedParameter] {
    precondition((0...1).contains(fraction), "a fraction lies in 0…1, not \(fraction)")
    var results: [EvolvedParameter] = []
    visitParameters { path, parameter in
      guard selection.contains(path, parameter), parameter.freePlaces > 0 else { return }
      let share = min(fraction, Double(parameter.freePlaces) / Double(max(parameter.survivors, 1)))
      var replaced = 0
      parameter.rewire(initializer: initializer, using: &generator) { survivors in
        let kept = removal.kept(survivors, losing: share)
        replaced = survivors.count - kept.survivors
        return kept
      }
      results.append(EvolvedParameter(path: path, replaced: replaced, survivors: parameter.survivors))
    }
    return results
  }
}

extension EvolutionRemoval {
  /// The survivors that stay when a share of them goes.
  fileprivate func kept(_ survivors: Tensor, losing share: Double) -> Mask {
    switch self {
    case .smallestMagnitudes: return Mask(ones: survivors.shape).losing(share, of: survivors)
    case .smallestOfEachSign:
      let (positive, negative) = survivors.masksBySign
      var kept = positive.losing(share, of: survivors)
      kept.formUnion(negative.losing(share, of: survivors))
      return kept
    }
  }
}

extension Mask {
  /// The mask without the given share of its smallest magnitudes.
  fileprivate func losing(_ share: Double, of values: Tensor) -> Mask {
    var kept = self
    var cut = MagnitudeSelection(smallest: Int(share * Double(survivors)), of: [(values, self)])
    cut.clear(values, in: &kept)
    return kept
  }
}

extension Tensor {
  /// Which values are below 0, and which are not.
  fileprivate var masksBySign: (positive: Mask, negative: Mask) {
    var positive = Mask(ones: shape)
    var negative = positive
    positive.withUnsafeMutableWords { positive in
      negative.withUnsafeMutableWords { negative in
        withUnsafeValues { values in
          negative.update(repeating: 0)
          for index in values.indices where values[index] < 0 {
            negative[index >> 6] |= 1 << UInt64(index & 63)
          }
          for index in positive.indices { positive[index] &= ~negative[index] }
        }
      }
    }
    return (positive, negative)
  }
}
