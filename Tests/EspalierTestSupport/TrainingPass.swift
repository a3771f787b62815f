public import EspalierNetworks
public import EspalierTensors

/// One forward pass, loss and backward pass of the engine in a workspace of its own.
public struct TrainingPass {
  /// The outputs, feature-major.
  public let output: [Float]
  /// The mean loss over the samples.
  public let loss: Double
  /// The gradients, 0 where a parameter is pruned.
  public let gradients: [ParameterPath: Tensor]

  /// The pass on a feature-major batch; `key` decides the patterns of dropout.
  public init(
    of network: Network, input: [Float], batch: Int, _ objective: Objective, key: UInt64 = 0,
    on compute: Compute
  ) {
    self.init(of: network, input: input, batch: batch, key: key, on: compute) { output, gradient in
      objective.evaluate(output, gradient: gradient, on: compute).sum / Double(batch)
    }
  }

  /// The pass with the gradient by the outputs given.
  public init(of network: Network, input: [Float], batch: Int, outputGradient: [Float], on compute: Compute) {
    self.init(of: network, input: input, batch: batch, key: 0, on: compute) { _, gradient in
      _ = gradient?.values.update(fromContentsOf: outputGradient)
      return .nan
    }
  }

  private init(
    of network: Network, input: [Float], batch: Int, key: UInt64, on compute: Compute,
    loss: (MatrixView, MatrixView?) -> Double
  ) {
    let workspace = Workspace(for: network, batchSize: batch, purpose: .training)
    _ = workspace.input.values.update(fromContentsOf: input)
    workspace.setRandomKey(key)
    network.forward(in: workspace, on: compute)
    output = Array(workspace.output.values)
    self.loss = loss(workspace.output, workspace.outputGradient)
    network.backward(in: workspace, on: compute)
    gradients = Dictionary(
      uniqueKeysWithValues: network.parameters.map {
        ($0.path, workspace.gradients!.gradient(of: $0.path, in: network)!)
      })
  }
}

/// The outputs of a network for a feature-major batch, computed in a workspace for inference.
public func inferenceOutput(
  of network: Network, input: [Float], batch: Int, on compute: Compute
) -> [Float] {
  let workspace = Workspace(for: network, batchSize: batch, purpose: .inference)
  _ = workspace.input.values.update(fromContentsOf: input)
  network.forward(in: workspace, on: compute)
  return Array(workspace.output.values)
}
