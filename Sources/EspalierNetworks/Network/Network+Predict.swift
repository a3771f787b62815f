public import EspalierTensors

extension Network {
  /// The outputs for a batch of samples: `inputs` is [samples, input shape…], the result [samples, output shape…].
  ///
  /// Works in batches of at most 256 samples, whose memory it plans anew at each call; a loop over many calls does
  /// better with a `Workspace` of its own. Traps when the samples do not have the network's input shape.
  public func predict(_ inputs: Tensor) -> Tensor {
    precondition(
      inputs.shape.count == inputShape.count + 1 && Array(inputs.shape.dropFirst()) == inputShape,
      "inputs of shape \(inputs.shape) are not samples of shape \(inputShape)")
    let compute = Compute.current
    let samples = inputs.shape[0]
    let features = inputShape.reduce(1, *)
    let outputs = outputShape.reduce(1, *)
    return Tensor(shape: [samples] + outputShape) { results in
      var workspace: Workspace?
      for first in stride(from: 0, to: samples, by: 256) {
        let batch = min(256, samples - first)
        if workspace?.batchSize != batch {
          workspace = Workspace(for: self, batchSize: batch, purpose: .inference)
        }
        inputs.withUnsafeValues { values in
          let rows = UnsafeMutablePointer(mutating: values.baseAddress! + first * features)
          compute.transpose(MatrixView(base: rows, rows: batch, columns: features), into: workspace!.input)
        }
        forward(in: workspace!, on: compute)
        let rows = MatrixView(base: results.baseAddress! + first * outputs, rows: batch, columns: outputs)
        compute.transpose(workspace!.output, into: rows)
      }
    }
  }
}
