internal import EspalierData
internal import EspalierNetworks
internal import EspalierTensors

/// The memory of one batch on its way through a network: workspace and targets.
final class BatchMemory {
  let workspace: Workspace
  private let classes: UnsafeMutableBufferPointer<Int32>
  private var values: Tensor
  private let takesClasses: Bool

  init(
    for network: Network, batchSize: Int, purpose: Workspace.Purpose, loss: any Loss,
    gradients: ParameterGradients?
  ) {
    workspace = Workspace(for: network, batchSize: batchSize, purpose: purpose, gradients: gradients)
    classes = .allocate(capacity: batchSize)
    classes.initialize(repeating: 0)
    takesClasses = loss.takesClasses
    values = Tensor(zeros: takesClasses ? [0] : [workspace.output.rows, batchSize])
  }

  deinit { classes.deallocate() }

  /// Brings the chosen samples and answers into the memory.
  func load(_ indices: UnsafeBufferPointer<Int32>, from dataset: Dataset, on compute: Compute) {
    dataset.gatherSamples(indices, into: workspace.input, on: compute)
    if takesClasses {
      dataset.gatherClasses(indices, into: classes)
    } else {
      dataset.gatherValues(indices, into: valuesView)
    }
  }

  /// The answers last loaded.
  var targets: Targets { takesClasses ? .classes(UnsafeBufferPointer(classes)) : .values(valuesView) }

  private var valuesView: MatrixView {
    values.withUnsafeMutableValues {
      MatrixView(base: $0.baseAddress!, rows: workspace.output.rows, columns: workspace.batchSize)
    }
  }

  /// Memory for the full batches of an epoch and, where the samples leave a remainder, for the last one.
  static func forEpoch(
    of network: Network, samples: Int, batchSize: Int, purpose: Workspace.Purpose, loss: any Loss
  ) -> [BatchMemory] {
    precondition(batchSize > 0, "a batch holds at least one sample, not \(batchSize)")
    let gradients = purpose == .training ? ParameterGradients(for: network) : nil
    let full = min(batchSize, samples)
    let sizes = full == 0 ? [] : samples % full == 0 ? [full] : [full, samples % full]
    return sizes.map {
      BatchMemory(for: network, batchSize: $0, purpose: purpose, loss: loss, gradients: gradients)
    }
  }
}

extension [BatchMemory] {
  /// The memory for the next batch when `remaining` samples are left.
  func memory(for remaining: Int) -> BatchMemory { first { $0.workspace.batchSize <= remaining }! }
}
