public import EspalierTensors

extension Linear {
  /// A layer that is born with the connections of `pattern` and never has others: the weights are packed from the first
  /// moment, and nothing of the size outputs × inputs is made.
  ///
  /// Weights and biases are drawn as in a dense layer, with the fan-in of the real connections: each neuron's own, so that
  /// its output has the same variance whether it has few inputs or many. The fan-out, where a rule needs it, is the mean
  /// over the inputs. A neuron without connections gets a bias of 0 from the fan-in rules. Costs O(outputs + connections).
  ///
  /// Source: U. Evci et al., "Gradient flow in sparse neural networks and how lottery tickets win" (AAAI 2022), who show
  /// that sparse networks train badly when drawn with the dense fan-in.
  public init(
    pattern: SparsePattern, bias: Bool = true, initializer: Initializer = .uniformFanIn,
    using generator: inout some RandomNumberGenerator
  ) {
    let fanIns = pattern.rowCounts
    let fanOut = Double(pattern.survivors) / Double(max(pattern.columns, 1))
    let values = SparseMatrix(pattern) { row in
      initializer.distribution(fanIn: Double(fanIns[row]), fanOut: fanOut).value(using: &generator)
    }
    weight = Parameter(values, role: .weight)
    guard bias else { return }
    let rule: Initializer = initializer == .uniformFanIn ? initializer : .constant(0)
    let biases = fanIns.map {
      rule.distribution(fanIn: Double($0), fanOut: fanOut).value(using: &generator)
    }
    self.bias = Parameter(Tensor(biases, shape: [pattern.rows]), role: .bias)
  }

  /// A layer that is born with the given connectivity: dense, or packed as `init(pattern:bias:initializer:using:)` says.
  public init(
    inputs: Int, outputs: Int, connectivity: Connectivity, bias: Bool = true,
    initializer: Initializer = .uniformFanIn, using generator: inout some RandomNumberGenerator
  ) {
    if let pattern = connectivity.pattern(inputs: inputs, outputs: outputs, using: &generator) {
      self.init(pattern: pattern, bias: bias, initializer: initializer, using: &generator)
    } else {
      self.init(
        inputs: inputs, outputs: outputs, bias: bias, initializer: initializer, using: &generator)
    }
  }
}
