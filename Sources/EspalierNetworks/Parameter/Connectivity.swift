public import EspalierTensors

/// Which connections a layer is born with.
public enum Connectivity: Sendable, Hashable {
  /// All of them.
  case dense
  /// An Erdős–Rényi graph: each with probability min(1, ε · (inputs + outputs) / (inputs · outputs)), about
  /// ε · (inputs + outputs) of them, so that large layers are sparse and small ones dense.
  ///
  /// Source: D. Mocanu et al., Nature Communications 9 (2018), who take ε = 20 for most of their networks.
  case erdosRenyi(epsilon: Double)
  /// Exactly ⌊density · inputs · outputs⌉, anywhere.
  case density(Double)

  /// The share of all connections to expect of a layer of these sizes, in 0…1; traps on ε below 0 and densities outside
  /// 0…1.
  public func density(inputs: Int, outputs: Int) -> Double {
    switch self {
    case .dense: return 1
    case .erdosRenyi(let epsilon):
      return SparsePattern.erdosRenyiDensity(rows: outputs, columns: inputs, epsilon: epsilon)
    case .density(let density):
      precondition((0...1).contains(density), "a density lies in 0…1, not \(density)")
      return density
    }
  }

  /// The pattern of a layer; nil where all connections are there. Costs O(outputs + connections).
  public func pattern(
    inputs: Int, outputs: Int, using generator: inout some RandomNumberGenerator
  ) -> SparsePattern? {
    let expected = density(inputs: inputs, outputs: outputs)
    guard expected < 1 else { return nil }
    switch self {
    case .dense: return nil
    case .erdosRenyi:
      return .random(rows: outputs, columns: inputs, probability: expected, using: &generator)
    case .density:
      let survivors = Int((expected * Double(inputs) * Double(outputs)).rounded())
      return .random(rows: outputs, columns: inputs, survivors: survivors, using: &generator)
    }
  }

  /// What a perceptron's last layer is born with where the others have this connectivity: under a uniform density, at
  /// least 100 inputs an output on the average. Its outputs are few, so they cost next to nothing, and one that sees a
  /// handful of neurons cannot tell classes apart. An Erdős–Rényi graph takes care of that by itself.
  public func ofLastLayer(inputs: Int) -> Connectivity {
    guard case .density(let density) = self else { return self }
    return .density(max(density, min(1, 100 / Double(max(inputs, 1)))))
  }
}
