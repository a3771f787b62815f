public import EspalierNetworks
internal import EspalierTensors

/// Pruning that can be taken back: the network, and the values that its pruned weights had.
///
///     var trial = ReversiblePruning(network)
///     pruner.prune(&trial.network, to: .sparsity(0.9))
///     let same = trial.restored()       // as before, with what survivors learnt since
///     let final = trial.permanent()     // zeros for good, nothing to take back
///
/// `network` may also be trained in between. The same contract as torch.nn.utils.prune: `restored` gives `weight_orig`,
/// `permanent` leaves the values that `remove` does, and keeps the masks.
public struct ReversiblePruning: Sendable {
  /// The pruned network.
  public var network: Network
  private let original: Network

  /// Begins with a network; its own masks stay.
  public init(_ network: Network) {
    self.network = network
    original = network
  }

  /// The network with everything back that was pruned since: survivors as they are now, the others as they were.
  ///
  /// Traps when the network is of another structure than at the beginning, or too large to be dense.
  public func restored() -> Network {
    let before = Dictionary(uniqueKeysWithValues: original.parameters.map { ($0.path, $0.parameter) })
    let now = Dictionary(uniqueKeysWithValues: network.parameters.map { ($0.path, $0.parameter) })
    var restored = original
    restored.visitParameters { path, parameter in
      guard let present = now[path], let past = before[path] else {
        preconditionFailure("\(path) is not in both networks")
      }
      var values = past.values
      let survivors = present.values
      let mask = present.mask
      values.withUnsafeMutableValues { values in
        survivors.withUnsafeValues { survivors in
          for index in values.indices where mask?[index] ?? true { values[index] = survivors[index] }
        }
      }
      parameter.values = values
    }
    return restored
  }

  /// The pruned network; its masks keep the zeros through every training.
  public func permanent() -> Network { network }
}
