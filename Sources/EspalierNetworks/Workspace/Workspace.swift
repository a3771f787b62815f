public import EspalierTensors

/// The memory of a network at work on batches of one size: input, activations, gradients, scratch.
///
/// Everything is planned and allocated once, when the workspace is made; forward and backward passes allocate nothing.
/// Buffers that are never needed together share memory. A workspace belongs to one thread at a time.
public final class Workspace {
  /// What the memory is for.
  public enum Purpose: Sendable {
    /// Forward passes only: activations are forgotten as soon as nobody reads them any more.
    case inference
    /// Forward and backward passes.
    case training
    /// Forward and backward passes of the network as it predicts, for derivatives that are not to train it: dropout passes
    /// its input through, batch normalisation uses its running statistics.
    case derivatives

    /// Whether a backward pass follows.
    package var hasBackward: Bool { self != .inference }
  }

  /// Samples a batch.
  public let batchSize: Int
  /// What the memory is for.
  public let purpose: Purpose
  /// The batch's samples, one a column; at first memory of the workspace's own.
  public private(set) var input: MatrixView
  /// The last layer's output; the input itself when all layers pass it through.
  public private(set) var output: MatrixView
  /// Where a loss writes the gradient by the output; nil for inference.
  public let outputGradient: MatrixView?
  /// Where backward passes leave the parameters' gradients; nil for inference.
  public let gradients: ParameterGradients?

  let structure: Network.Structure
  package let steps: [ExecutionStep]
  private let arena: Tensor
  private let outputIsInput: Bool

  /// Plans the memory for `network` on batches of `batchSize` samples.
  ///
  /// `gradients` lets workspaces for several batch sizes share one set of parameter gradients; traps when they are those
  /// of another network.
  public init(
    for network: Network, batchSize: Int, purpose: Purpose, gradients: ParameterGradients? = nil
  ) {
    precondition(batchSize > 0, "a batch holds at least one sample, not \(batchSize)")
    self.batchSize = batchSize
    self.purpose = purpose
    structure = network.structure
    gradients?.requireFit(network)
    self.gradients = purpose.hasBackward ? gradients ?? ParameterGradients(for: network) : nil
    var plan = ExecutionPlan(network, batchSize: batchSize, purpose: purpose)
    var memory = Tensor(zeros: [plan.place()])
    let base = memory.withUnsafeMutableValues { $0.baseAddress! }
    arena = memory
    input = plan.inputView(base)
    steps = plan.steps(base, gradients: self.gradients)
    output = plan.outputView(base)
    outputIsInput = plan.outputIsInput
    outputGradient = plan.outputGradientView(base)
  }

  /// Makes the next passes read the batch from `samples`, memory of the caller's that must outlive them; traps unless it
  /// has the shape of `input`.
  public func read(_ samples: MatrixView) {
    precondition(
      samples.rows == input.rows && samples.columns == input.columns,
      "samples \(samples.rows) × \(samples.columns) do not fit an input of \(input.rows) × \(input.columns)")
    guard samples.base != input.base else { return }
    for step in steps {
      for index in step.networkInputs {
        let view = step.context.inputs[index]
        step.context.inputs[index] = MatrixView(base: samples.base, rows: view.rows, columns: view.columns)
      }
    }
    if outputIsInput { output = MatrixView(base: samples.base, rows: output.rows, columns: output.columns) }
    input = samples
  }

  /// `Float`s of memory, parameter gradients apart.
  public var memoryCount: Int { arena.count }

  /// Makes the random choices of the next pass (dropout) depend on `key` only.
  public func setRandomKey(_ key: UInt64) {
    for (index, step) in steps.enumerated() {
      var mixer = SplitMix64(state: key &+ UInt64(index) &* 0xA076_1D64_78BD_642F)
      step.context.randomKey = mixer.next()
    }
  }
}

/// One layer's turn: which node, with what memory.
package struct ExecutionStep {
  package let node: Int
  package let context: LayerContext
  /// Gradients of the same node's output from further consumers, to be added to the first one's before the layer's
  /// backward pass.
  let furtherGradients: [MatrixView]
  /// Which of the node's inputs are the network's input, also through pass-through nodes.
  let networkInputs: [Int]
  /// Whether the node's own passes do nothing: a pass-through, an activation that the layer before it computes, or a node
  /// whose output reaches nobody.
  package let isSilent: Bool
}

extension Network {
  /// Computes the workspace's output from its input.
  ///
  /// Traps when the workspace was planned for another structure. Allocates nothing.
  public func forward(in workspace: Workspace, on compute: Compute = .current) {
    requirePlan(workspace)
    for step in workspace.steps where !step.isSilent {
      nodes[step.node].layer.forward(step.context, on: compute)
    }
  }

  /// Computes the gradients of the parameters from the workspace's output gradient, after `forward` on the same batch.
  ///
  /// Overwrites the workspace's gradients. The gradient by the network's input is not computed.
  public func backward(in workspace: Workspace, on compute: Compute = .current) {
    requirePlan(workspace)
    precondition(workspace.purpose.hasBackward, "a backward pass needs a workspace for one")
    for step in workspace.steps.reversed() {
      guard let gradient = step.context.outputGradient else { continue }
      for further in step.furtherGradients { compute.add(gradient, further, into: gradient) }
      if !step.isSilent { nodes[step.node].layer.backward(step.context, on: compute) }
    }
  }

  func requirePlan(_ workspace: Workspace) {
    precondition(
      workspace.structure === structure, "the workspace was planned for a network of another structure")
  }
}
