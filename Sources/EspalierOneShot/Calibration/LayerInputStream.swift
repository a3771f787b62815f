internal import EspalierNetworks
internal import EspalierTensors

/// The inputs of one node for calibration samples, a batch at a time, feature-major as the engine has them.
final class LayerInputStream {
  private let network: Network
  private let source: Network.Source
  private var workspace: Workspace?

  /// What the node of a network at `index` reads as its first input.
  init(of network: Network, node index: Int) {
    source = network.nodes[index].sources[0]
    if case .node(let producer) = source {
      self.network = network.prefix(through: producer)
    } else {
      self.network = network
    }
  }

  /// The node's input for some of the samples, [count, input shape…]: a row a feature, a column a sample. The view lives until
  /// the next call.
  func input(for range: Range<Int>, of samples: Tensor, on compute: Compute) -> MatrixView {
    let features = network.inputShape.reduce(1, *)
    if workspace?.batchSize != range.count {
      workspace = Workspace(for: network, batchSize: range.count, purpose: .inference)
    }
    let workspace = workspace!
    samples.withUnsafeValues { values in
      let rows = UnsafeMutablePointer(mutating: values.baseAddress! + range.lowerBound * features)
      compute.transpose(MatrixView(base: rows, rows: range.count, columns: features), into: workspace.input)
    }
    guard case .node = source else { return workspace.input }
    network.forward(in: workspace, on: compute)
    return workspace.output
  }
}
