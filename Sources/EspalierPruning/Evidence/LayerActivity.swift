internal import EspalierData
internal import EspalierNetworks
internal import EspalierTensors

/// What flowed into and out of a fully connected layer over the calibration samples.
public struct LayerActivity: Sendable, Hashable {
  /// √Σ x² over the samples, for each input.
  public internal(set) var inputNorms: [Float]
  /// mean |y| over the samples, for each output, after the activation function that follows, if one does.
  public internal(set) var outputMeans: [Float]
  /// The share of samples for which the output, after the activation function, is not 0.
  public internal(set) var outputShares: [Float]
}

extension PruningEvidence {
  /// Runs the calibration samples forward once and looks at every fully connected layer.
  func measureActivity() -> [String: LayerActivity] {
    var sums: [String: ActivitySums] = [:]
    forEachBatch(for: network, batchSize: 128) { memory, compute in
      let workspace = memory.workspace
      network.forward(in: workspace, on: compute)
      for node in network.nodes.indices where network.nodes[node].layer.linear != nil {
        let (input, output) = (workspace.steps[node].context.input, activated(node, in: workspace))
        sums[network.nodes[node].name, default: ActivitySums(input.rows, output.rows)].add(input, output)
      }
    }
    return sums.mapValues { $0.activity(over: calibrationSamples.count) }
  }

  /// The node's output, or that of the activation function which alone reads it.
  private func activated(_ node: Int, in workspace: Workspace) -> MatrixView {
    let readers = network.nodes.indices.filter { network.nodes[$0].sources.contains(.node(node)) }
    guard readers.count == 1, network.nodes[readers[0]].layer.activation != nil else {
      return workspace.steps[node].context.output
    }
    return workspace.steps[readers[0]].context.output
  }
}

private struct ActivitySums {
  var inputSquares: [Double]
  var outputMagnitudes: [Double]
  var outputCounts: [Int]

  init(_ inputs: Int, _ outputs: Int) {
    inputSquares = [Double](repeating: 0, count: inputs)
    outputMagnitudes = [Double](repeating: 0, count: outputs)
    outputCounts = [Int](repeating: 0, count: outputs)
  }

  mutating func add(_ input: MatrixView, _ output: MatrixView) {
    for row in 0..<input.rows {
      for column in 0..<input.columns {
        inputSquares[row] += Double(input[row, column]) * Double(input[row, column])
      }
    }
    for row in 0..<output.rows {
      for column in 0..<output.columns where output[row, column] != 0 {
        outputMagnitudes[row] += Double(abs(output[row, column]))
        outputCounts[row] += 1
      }
    }
  }

  func activity(over samples: Int) -> LayerActivity {
    LayerActivity(
      inputNorms: inputSquares.map { Float($0.squareRoot()) },
      outputMeans: outputMagnitudes.map { Float($0 / Double(samples)) },
      outputShares: outputCounts.map { Float($0) / Float(samples) })
  }
}
