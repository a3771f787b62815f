internal import EspalierData
internal import EspalierNetworks
internal import EspalierTensors

/// One number for each stored value, by parameter.
typealias ParameterStreams = [ParameterPath: Tensor]

extension PruningEvidence {
  private static let batchSize = 128

  /// The mean gradient of the loss of a network of this one's structure.
  func loss(of network: Network) -> (gradient: ParameterStreams, sum: Double) {
    var total: [ParameterPath: [Double]] = [:]
    let samples = calibrationSamples
    var sum = 0.0
    forEachGradient(of: network, batchSize: Self.batchSize) { gradients, batch, loss in
      sum += loss
      for (index, entry) in network.parameters.enumerated() {
        let weight = Double(batch) / Double(samples.count)
        total.accumulate(gradients[index], at: entry.path) { weight * Double($0) }
      }
    }
    return (total.tensors, sum)
  }

  /// The mean loss of the network over the calibration samples.
  var meanLoss: Double {
    var sum = 0.0
    forEachBatch(for: network, batchSize: Self.batchSize, purpose: .inference) { memory, compute in
      network.forward(in: memory.workspace, on: compute)
      sum += loss.evaluate(memory.workspace.output, memory.targets, gradient: nil, on: compute).sum
    }
    return sum / Double(calibrationSamples.count)
  }

  /// The mean of the squared gradients of single samples.
  func fisherDiagonal() -> ParameterStreams {
    var total: [ParameterPath: [Double]] = [:]
    let count = Double(calibrationSamples.count)
    forEachGradient(of: network, batchSize: 1) { gradients, _, _ in
      for (index, entry) in network.parameters.enumerated() {
        total.accumulate(gradients[index], at: entry.path) { Double($0) * Double($0) / count }
      }
    }
    return total.tensors
  }

  /// (∇L(w + δ g) − ∇L(w − δ g)) / 2δ with δ = 0.01 / ‖g‖₂ over all weights.
  func finiteDifference() -> ParameterStreams {
    let gradient = loss(of: network).gradient
    let weights = network.parameters.filter { $0.parameter.role == .weight }.map(\.path)
    let norm = weights.reduce(0.0) { sum, path in
      gradient[path]!.withUnsafeValues { $0.reduce(sum) { $0 + Double($1) * Double($1) } }
    }.squareRoot()
    guard norm > 0 else { return gradient }
    let step = 0.01 / norm
    let ahead = loss(of: network.moved(by: Float(step), along: gradient, weights)).gradient
    let behind = loss(of: network.moved(by: Float(-step), along: gradient, weights)).gradient
    return Dictionary(
      uniqueKeysWithValues: gradient.keys.map { path in
        let difference = zip(ahead[path]!.values, behind[path]!.values).map {
          Float((Double($0) - Double($1)) / (2 * step))
        }
        return (path, Tensor(difference, shape: [difference.count]))
      })
  }

  /// The gradient of the sum of the outputs, for one sample of ones.
  func synapticFlow() -> ParameterStreams {
    var network = network
    network.visitParameters { _, parameter in
      parameter.withUnsafeMutableStoredValues { values, _ in
        for index in values.indices { values[index] = abs(values[index]) }
      }
    }
    let workspace = Workspace(for: network, batchSize: 1, purpose: .derivatives)
    workspace.input.values.update(repeating: 1)
    network.forward(in: workspace)
    workspace.outputGradient!.values.update(repeating: 1)
    network.backward(in: workspace)
    return Dictionary(
      uniqueKeysWithValues: network.parameters.enumerated().map { index, entry in
        let stream = workspace.gradients![index]
        return (entry.path, Tensor(stream, shape: [stream.count]))
      })
  }

  private func forEachGradient(
    of network: Network, batchSize: Int, _ body: (ParameterGradients, _ batch: Int, _ loss: Double) -> Void
  ) {
    forEachBatch(for: network, batchSize: batchSize) { memory, compute in
      let workspace = memory.workspace
      network.forward(in: workspace, on: compute)
      let found = loss.evaluate(
        workspace.output, memory.targets, gradient: workspace.outputGradient, on: compute)
      network.backward(in: workspace, on: compute)
      body(workspace.gradients!, workspace.batchSize, found.sum)
    }
  }
}

extension Network {
  /// The network with w + step · direction for the given parameters; what is pruned stays 0.
  fileprivate func moved(
    by step: Float, along direction: ParameterStreams, _ paths: [ParameterPath]
  ) -> Network {
    var network = self
    network.visitParameters { path, parameter in
      guard paths.contains(path), let along = direction[path] else { return }
      along.withUnsafeValues { along in
        parameter.withUnsafeMutableStoredValues { values, mask in
          for index in values.indices
          where mask.map({ $0[index >> 6] >> UInt64(index & 63) & 1 == 1 }) ?? true {
            values[index] += step * along[index]
          }
        }
      }
    }
    return network
  }
}

extension [ParameterPath: [Double]] {
  fileprivate mutating func accumulate(
    _ values: UnsafeMutableBufferPointer<Float>, at path: ParameterPath, _ term: (Float) -> Double
  ) {
    self[path, default: [Double](repeating: 0, count: values.count)].withUnsafeMutableBufferPointer { sums in
      for index in values.indices { sums[index] += term(values[index]) }
    }
  }

  fileprivate var tensors: ParameterStreams { mapValues { Tensor($0.map(Float.init), shape: [$0.count]) } }
}
