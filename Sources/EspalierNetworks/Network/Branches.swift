/// Components one after another as one component: a branch of several layers; an empty one passes its input on.
public struct Branch: NetworkComponent {
  private let components: [any NetworkComponent]

  /// The components in their order.
  public init(@NetworkBuilder _ components: () -> [any NetworkComponent]) { self.components = components() }

  /// Appends the components, each after the one before.
  public func append(to network: inout Network, after source: Network.Source) -> Network.Source {
    components.reduce(source) { $1.append(to: &network, after: $0) }
  }
}

/// Components side by side, all of the same input, whose outputs are joined:
///
///     Branches(joinedBy: .concatenation) {
///       Conv2d(inputs: 8, outputs: 4, kernel: 1, using: &generator)
///       Branch {
///         Conv2d(inputs: 8, outputs: 4, kernel: 3, padding: 1, using: &generator)
///         ReLU()
///       }
///     }
public struct Branches: NetworkComponent {
  /// How outputs are joined.
  public enum Junction: Sendable {
    /// Their channels one after another, by `Concat`.
    case concatenation
    /// Their sum, by `Add` one after another; shapes must be equal.
    case sum
  }

  private let junction: Junction
  private let branches: [any NetworkComponent]

  /// Each component a branch of its own; traps when there is none.
  public init(joinedBy junction: Junction, @NetworkBuilder _ branches: () -> [any NetworkComponent]) {
    self.junction = junction
    self.branches = branches()
    precondition(!self.branches.isEmpty, "there are no branches to be joined")
  }

  /// Appends the branches, then what joins them.
  public func append(to network: inout Network, after source: Network.Source) -> Network.Source {
    let ends = branches.map { $0.append(to: &network, after: source) }
    switch junction {
    case .concatenation: return network.append(Concat(), after: ends)
    case .sum: return ends.dropFirst().reduce(ends[0]) { network.append(Add(), after: [$0, $1]) }
    }
  }
}
