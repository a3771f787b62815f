package import EspalierTensors

extension Network {
  /// What every node gives for one sample at inference, each kept in memory of its own.
  ///
  /// Traps unless the sample has the network's input shape.
  package func activations(of sample: Tensor) -> [Tensor] {
    precondition(
      sample.shape == inputShape, "a sample of shape \(sample.shape) for an input of shape \(inputShape)")
    let compute = Compute.current
    var outputs: [Tensor] = []
    for node in nodes {
      let inputs = node.sources.map { source in
        if case .node(let index) = source { outputs[index] } else { sample }
      }
      outputs.append(node.output(of: inputs, on: compute))
    }
    return outputs
  }
}

extension Network.Node {
  /// The output for one sample.
  fileprivate func output(of inputs: [Tensor], on compute: Compute) -> Tensor {
    if layer.isPassThrough(training: false) { return inputs[0].reshaped(to: outputShape) }
    let shapes = inputs.map(\.shape)
    var scratch = Tensor(
      zeros: [layer.scratchCount(inputs: shapes, batchSize: 1, training: false, inputGradient: false)])
    return Tensor(shape: outputShape) { output in
      let views = inputs.map { input in
        input.withUnsafeValues {
          MatrixView(base: UnsafeMutablePointer(mutating: $0.baseAddress!), rows: $0.count, columns: 1)
        }
      }
      scratch.withUnsafeMutableValues { scratch in
        layer.forward(
          LayerContext(
            inputShapes: shapes, outputShape: outputShape, inputs: views,
            output: MatrixView(base: output.baseAddress!, rows: output.count, columns: 1),
            outputGradient: nil,
            inputGradients: inputs.map { _ in nil }, parameterGradients: [], fusedActivation: nil,
            scratch: scratch, isTraining: false), on: compute)
      }
    }
  }
}
