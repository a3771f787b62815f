public import EspalierTensors

extension Network {
  /// What layers measure and do not learn, such as the running means of batch normalisation, with their paths.
  public var statistics: [(path: ParameterPath, values: Tensor)] {
    var copy = self
    var list: [(path: ParameterPath, values: Tensor)] = []
    copy.visitStatistics { path, values in list.append((path, values)) }
    return list
  }

  /// Visits each statistic in place, in the order of the nodes.
  public mutating func visitStatistics(_ visit: (ParameterPath, inout Tensor) -> Void) {
    for index in nodes.indices {
      let node = nodes[index].name
      nodes[index].layer.visitStatistics { visit(ParameterPath(node: node, name: $0), &$1) }
    }
  }

  /// Takes what the forward pass of a training step has measured into the layers' statistics; to be called after it and
  /// before the backward pass. Allocates nothing.
  ///
  /// - Parameter share: how much what was measured counts, in 0…1; nil for each layer's own momentum.
  ///
  /// Traps when the workspace was planned for another structure or is not for training.
  public mutating func updateStatistics(in workspace: Workspace, share: Float? = nil) {
    requirePlan(workspace)
    precondition(workspace.purpose == .training, "statistics come from a workspace for training")
    for step in workspace.steps where !step.isSilent {
      nodes[step.node].layer.updateStatistics(from: step.context, share: share)
    }
  }
}
