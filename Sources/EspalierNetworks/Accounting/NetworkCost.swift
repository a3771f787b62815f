/// What a network takes, layer by layer: parameters, multiplications and memory.
///
/// Counted from shapes and masks; packed parameters are never laid out densely. Costs O(nodes + parameters), and for a moment
/// the memory of a prediction.
public struct NetworkCost: Sendable, Hashable, Codable {
  /// What one layer takes.
  public struct Layer: Sendable, Hashable, Codable {
    /// The name of its node.
    public let name: String
    /// Its kind.
    public let kind: String
    /// The shape of a sample's output.
    public let outputShape: [Int]
    /// Values of its parameters, pruned ones included.
    public let parameters: Int
    /// Those that are not pruned.
    public let survivors: Int
    /// Multiplications of a weight by an activation for one sample, all weights counted.
    public let multiplyAccumulates: Int
    /// Those of weights that are not pruned.
    public let survivingMultiplyAccumulates: Int
    /// Bytes of one sample's output; 0 where it takes no memory of its own: the layer passes its input through, or is an
    /// activation function that the layer before it computes in place.
    public let activationBytes: Int
  }

  /// The layers in the order of the network.
  public let layers: [Layer]
  /// The samples of the batch that `workspaceBytes` is for.
  public let batchSize: Int
  /// Bytes that the prediction of a batch works in at most, by the layers as they are: activations alive at the same time
  /// and layers' working memory, as a `Workspace` plans them. An `InferencePlan` folds layers first, and may take less.
  public let workspaceBytes: Int

  /// Counts what a network takes, its working memory for batches of `batchSize` and the current task's threads.
  ///
  /// Traps unless the batch holds at least one sample.
  public init(of network: Network, batchSize: Int = 1) {
    let workspace = Workspace(for: network, batchSize: batchSize, purpose: .inference)
    self.batchSize = batchSize
    workspaceBytes = workspace.memoryCount * MemoryLayout<Float>.stride
    let silent = Set(workspace.steps.filter(\.isSilent).map(\.node))
    let parameters = Dictionary(grouping: network.parameters, by: \.path.node)
    layers = network.nodes.enumerated().map { index, node in
      let own = (parameters[node.name] ?? []).map(\.parameter)
      let (dense, surviving) = network.multiplyAccumulates(of: node)
      return Layer(
        name: node.name, kind: type(of: node.layer).kind, outputShape: node.outputShape,
        parameters: own.reduce(0) { $0 + $1.count }, survivors: own.reduce(0) { $0 + $1.survivors },
        multiplyAccumulates: dense, survivingMultiplyAccumulates: surviving,
        activationBytes: silent.contains(index)
          ? 0 : node.outputShape.reduce(MemoryLayout<Float>.stride, *))
    }
  }

  /// Values of all parameters, pruned ones included.
  public var parameters: Int { layers.reduce(0) { $0 + $1.parameters } }
  /// Values that are not pruned.
  public var survivors: Int { layers.reduce(0) { $0 + $1.survivors } }
  /// Multiplications for one sample, all weights counted.
  public var multiplyAccumulates: Int { layers.reduce(0) { $0 + $1.multiplyAccumulates } }
  /// Multiplications of weights that are not pruned.
  public var survivingMultiplyAccumulates: Int { layers.reduce(0) { $0 + $1.survivingMultiplyAccumulates } }
  /// Bytes of all layers' outputs for one sample, were they all kept.
  public var activationBytes: Int { layers.reduce(0) { $0 + $1.activationBytes } }
}

extension Network {
  /// The multiplications of a weight by an activation for one sample: of all weights, and of those that survive.
  ///
  /// Costs O(nodes).
  public var multiplyAccumulates: (dense: Int, surviving: Int) {
    nodes.reduce((0, 0)) { sum, node in
      let own = multiplyAccumulates(of: node)
      return (sum.0 + own.dense, sum.1 + own.surviving)
    }
  }

  package func multiplyAccumulates(of node: Node) -> (dense: Int, surviving: Int) {
    node.layer.multiplyAccumulates(inputs: node.sources.map(shape(of:)))
  }
}
