package import EspalierNetworks
package import EspalierTensors

/// The memory of batches of one size on their way through a network.
///
/// A batch is loaded, then presented to the workspace. With two slots the next batch can be loaded, on another thread,
/// while the presented one is trained on.
package final class BatchMemory {
  package private(set) var workspace: Workspace
  private let slots: [BatchSlot]
  private var presented = 0

  package init(
    for network: Network, batchSize: Int, purpose: Workspace.Purpose, loss: any Loss,
    gradients: ParameterGradients?, loadsAhead: Bool, outlivesPlans: Bool
  ) {
    workspace = Workspace(for: network, batchSize: batchSize, purpose: purpose, gradients: gradients)
    let (input, output) = (workspace.input, workspace.output)
    let answerRows = loss.takesClasses ? nil : output.rows
    slots = (0..<(loadsAhead ? 2 : 1)).map { slot in
      BatchSlot(
        input: slot == 0 && !outlivesPlans ? input : nil, features: input.rows, answerRows: answerRows,
        samples: batchSize)
    }
  }

  /// Replaces the workspace by one for the network as it is now; batches must outlive plans.
  package func plan(for network: Network, gradients: ParameterGradients) {
    workspace = Workspace(
      for: network, batchSize: workspace.batchSize, purpose: workspace.purpose, gradients: gradients)
    workspace.read(slots[presented].input)
  }

  /// Brings the chosen samples and answers into the slot that is not presented, or into the only one.
  package func load(_ indices: UnsafeBufferPointer<Int32>, from dataset: Dataset, on compute: Compute) {
    slots[(presented + 1) % slots.count].load(indices, from: dataset, on: compute)
  }

  /// Makes the workspace and the targets those of the batch last loaded.
  package func present() {
    presented = (presented + 1) % slots.count
    workspace.read(slots[presented].input)
  }

  /// The answers of the presented batch.
  package var targets: Targets { slots[presented].targets }

  /// Memory for the full batches of an epoch and, where the samples leave a remainder, for the last one. Where they
  /// outlive plans, batches have memory of their own, apart from the workspace's.
  package static func forEpoch(
    of network: Network, samples: Int, batchSize: Int, purpose: Workspace.Purpose, loss: any Loss,
    loadsAhead: Bool = false, outlivesPlans: Bool = false
  ) -> [BatchMemory] {
    precondition(batchSize > 0, "a batch holds at least one sample, not \(batchSize)")
    let gradients = purpose.hasBackward ? ParameterGradients(for: network) : nil
    let full = min(batchSize, samples)
    let sizes = full == 0 ? [] : samples % full == 0 ? [full] : [full, samples % full]
    return sizes.map {
      BatchMemory(
        for: network, batchSize: $0, purpose: purpose, loss: loss, gradients: gradients,
        loadsAhead: loadsAhead, outlivesPlans: outlivesPlans)
    }
  }
}

extension [BatchMemory] {
  /// The memory for the next batch when `remaining` samples are left.
  package func memory(for remaining: Int) -> BatchMemory { first { $0.workspace.batchSize <= remaining }! }
}
