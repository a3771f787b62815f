public import EspalierNetworks
public import EspalierTensors
internal import Synchronization

/// A trained network lowered to the fastest operators for batches of one size, with all memory planned.
///
/// For each linear layer one of several operators is chosen: the backend's dense product, or a sparse kernel on the
/// survivors in the layout that suits the batch (see `OperatorKind`). Predictions equal the network's own to rounding.
///
///     let plan = InferencePlan(network, batchSize: 1)
///     let logits = plan.predict(image)          // [1, input shape…] → [1, output shape…]
///
/// A plan is immutable and may be used from many threads at once: each call runs on a workspace of its own, taken from
/// those that are idle. Once as many have been made as calls ever ran at once, predicting allocates nothing.
public final class InferencePlan: Sendable {
  /// Samples a batch.
  public let batchSize: Int
  /// The linear layers in the order of the network, with the operators chosen for them.
  public let layers: [PlannedLayer]

  let network: Network
  let operators: [(any LinearOperator)?]
  let compute: Compute
  private let idle = Mutex<[IdleWorkspace]>([])

  /// Lowers a network for batches of `batchSize` samples, computed as the current task computes.
  ///
  /// - Parameter selection: how operators are chosen: by a fixed rule, which is the same on every machine, or by
  ///   measuring them here.
  ///
  /// Traps unless the batch holds at least one sample. Costs O(weights), and the time of the measurements.
  public init(_ network: Network, batchSize: Int, selection: OperatorSelection = .fixed) {
    precondition(batchSize > 0, "a batch holds at least one sample, not \(batchSize)")
    let compute = Compute.current
    var lowered = network
    var operators: [(any LinearOperator)?] = []
    var layers: [PlannedLayer] = []
    for (index, node) in network.nodes.enumerated() {
      guard let layer = node.layer.linear else {
        operators.append(nil)
        continue
      }
      let chosen = selection.choose(for: layer, batchSize: batchSize, on: compute)
      operators.append(chosen)
      layers.append(PlannedLayer(name: node.name, layer: layer, chosen: chosen))
      if let stored = (chosen as? LayerOperator)?.layer { lowered.replaceLayer(at: index, with: stored) }
    }
    self.network = lowered
    self.operators = operators
    self.layers = layers
    self.batchSize = batchSize
    self.compute = compute
  }

  /// The outputs of one batch: `inputs` holds `batchSize` samples one after another, `outputs` has room for as many.
  ///
  /// Traps when either has another size. Allocates nothing in the steady state.
  public func predict(_ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>) {
    withWorkspace { workspace in
      let (input, output) = (workspace.input, workspace.output)
      precondition(
        inputs.count == input.count && outputs.count == output.count,
        "\(inputs.count) inputs and \(outputs.count) outputs: a plan for \(batchSize) samples takes \(input.count) and "
          + "gives \(output.count)")
      guard input.count > 0, output.count > 0 else { return }
      let samples = MatrixView(
        base: UnsafeMutablePointer(mutating: inputs.baseAddress!), rows: batchSize, columns: input.rows)
      compute.transpose(samples, into: input)
      run(in: workspace)
      let results = MatrixView(base: outputs.baseAddress!, rows: batchSize, columns: output.rows)
      compute.transpose(output, into: results)
    }
  }

  /// The outputs for samples [count, input shape…]: [count, output shape…].
  ///
  /// Works in batches of `batchSize`; the last is filled up with zeros. Traps when the samples do not have the network's
  /// input shape.
  public func predict(_ inputs: Tensor) -> Tensor {
    precondition(
      inputs.shape.first != nil && Array(inputs.shape.dropFirst()) == network.inputShape,
      "inputs of shape \(inputs.shape) are not samples of shape \(network.inputShape)")
    let features = network.inputShape.reduce(1, *) * batchSize
    let answers = network.outputShape.reduce(1, *) * batchSize
    let count = inputs.shape[0]
    var batch = Tensor(zeros: [features])
    var results = Tensor(zeros: [answers])
    return Tensor(shape: [count] + network.outputShape) { values in
      for first in stride(from: 0, to: count, by: batchSize) {
        let samples = min(batchSize, count - first)
        batch.fill(from: inputs, at: first / batchSize * features, count: features / batchSize * samples)
        batch.withUnsafeValues { batch in
          results.withUnsafeMutableValues { results in
            predict(batch, into: results)
            let part = results.prefix(answers / batchSize * samples)
            _ = values[(first / batchSize * answers)...].initialize(fromContentsOf: part)
          }
        }
      }
    }
  }

  /// Runs the operators on a workspace that holds a batch.
  func run(in workspace: Workspace) {
    for step in workspace.steps where !step.isSilent {
      if let chosen = operators[step.node] {
        chosen.run(step.context, on: compute)
      } else {
        network.nodes[step.node].layer.forward(step.context, on: compute)
      }
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

extension Tensor {
  /// Takes over `count` values of another tensor from a flat position on; the rest becomes 0.
  fileprivate mutating func fill(from other: Tensor, at position: Int, count: Int) {
    withUnsafeMutableValues { values in
      other.withUnsafeValues { source in
        let part = UnsafeBufferPointer(rebasing: source[position..<position + count])
        _ = values.update(fromContentsOf: part)
        values[count...].update(repeating: 0)
      }
    }
  }
}
