internal import EspalierNetworks
internal import EspalierTensors
internal import Synchronization

/// A network lowered to operators for batches of one size, run as a whole.
final class PlanPart: Sendable {
  /// Samples a batch.
  let batchSize: Int
  let network: Network
  /// What was chosen for each node that is a linear layer or a convolution.
  let operators: [(any PlanOperator)?]
  let compute: Compute
  private let idle = Mutex<[IdleWorkspace]>([])

  init(_ network: Network, batchSize: Int, selection: OperatorSelection, on compute: Compute) {
    var lowered = network
    var operators: [(any PlanOperator)?] = []
    for (index, node) in network.nodes.enumerated() {
      let chosen: (any PlanOperator)?
      if let layer = node.layer as? Conv2d {
        chosen = selection.choose(
          for: layer, image: network.shape(of: node.sources[0]), batchSize: batchSize, on: compute)
      } else {
        chosen = node.layer.linear.map { selection.choose(for: $0, batchSize: batchSize, on: compute) }
      }
      operators.append(chosen)
      if let stored = chosen?.storedLayer { lowered.replaceLayer(at: index, with: stored) }
    }
    self.network = lowered
    self.operators = operators
    self.batchSize = batchSize
    self.compute = compute
  }

  /// The outputs of `count` samples, no more than a batch, one after another; neither has size 0.
  func predict(
    _ count: Int, _ inputs: UnsafePointer<Float>, into outputs: UnsafeMutablePointer<Float>
  ) {
    withWorkspace { workspace in
      let (input, output) = (workspace.input, workspace.output)
      let samples = MatrixView(
        base: UnsafeMutablePointer(mutating: inputs), rows: count, columns: input.rows)
      compute.load(samples: samples, into: input)
      for step in workspace.steps where !step.isSilent { run(step) }
      compute.store(output, intoSamples: MatrixView(base: outputs, rows: count, columns: output.rows))
    }
  }

  /// Runs one step of a workspace.
  func run(_ step: ExecutionStep) {
    if let chosen = operators[step.node] {
      chosen.run(step.context, on: compute)
    } else {
      network.nodes[step.node].layer.forward(step.context, on: compute)
    }
  }

  /// Lends an idle workspace, or a new one.
  func withWorkspace(_ body: (Workspace) -> Void) {
    let workspace = idle.withLock { $0.popLast() } ?? makeWorkspace()
    body(workspace.workspace)
    idle.withLock { $0.append(workspace) }
  }

  private func makeWorkspace() -> IdleWorkspace {
    ThreadCount.$current.withValue(compute.threads) {
      IdleWorkspace(workspace: Workspace(for: network, batchSize: batchSize, purpose: .inference))
    }
  }
}

/// A workspace that nobody uses, and so may change threads.
private struct IdleWorkspace: @unchecked Sendable {
  let workspace: Workspace
}
