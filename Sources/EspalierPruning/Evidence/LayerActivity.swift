internal import EspalierData
internal import EspalierNetworks
internal import EspalierTensors

/// What flowed into and out of a layer with a weight matrix or filters over the calibration samples.
public struct LayerActivity: Sendable, Hashable {
  /// √Σ x² over the samples, for each column of the weight: an input of a linear layer. For a convolution the sum is over the
  /// pixels of the input channel too, and the same for all taps; channels that the parts of a grouped one read at the same
  /// place are added up.
  public internal(set) var inputNorms: [Float]
  /// mean |y| over the samples and pixels, for each output channel, after the activation function that follows, if one does,
  /// directly or behind a normalisation.
  public internal(set) var outputMeans: [Float]
  /// The share of samples and pixels for which the output, after the activation function, is not 0.
  public internal(set) var outputShares: [Float]
}

extension PruningEvidence {
  /// Runs the calibration samples forward once and looks at every layer whose weights multiply its inputs.
  func measureActivity() -> [String: LayerActivity] {
    let watched = network.nodes.indices.compactMap { node in
      network.weightShape(of: node).map { (node: node, shape: $0) }
    }
    var sums: [String: ActivitySums] = [:]
    forEachBatch(for: network, batchSize: 128) { memory, compute in
      let workspace = memory.workspace
      network.forward(in: workspace, on: compute)
      for (node, shape) in watched {
        let (input, output) = (workspace.steps[node].context.input, activated(node, in: workspace))
        let name = network.nodes[node].name
        sums[
          name, default: ActivitySums(shape, inputs: network.channelCount(of: network.nodes[node].sources[0]))
        ]
        .add(input, output)
      }
    }
    return sums.mapValues(\.activity)
  }

  /// The node's output, or that of the activation function which alone reads it, be it behind layers that keep channels and
  /// shape.
  private func activated(_ node: Int, in workspace: Workspace) -> MatrixView {
    var place = node
    while let reader = network.onlyReader(of: place), network.nodes[reader].sources.count == 1,
      network.nodes[reader].layer.channelFlow.rule == .passes,
      network.nodes[reader].outputShape == network.nodes[node].outputShape
    {
      if network.nodes[reader].layer.activation != nil { return workspace.steps[reader].context.output }
      place = reader
    }
    return workspace.steps[node].context.output
  }
}

extension Network {
  /// The shape of the matrix or filters by which a node multiplies its input; nil where there are none.
  fileprivate func weightShape(of node: Int) -> [Int]? {
    let factors = nodes[node].layer.channelFlow.parameters.filter(\.isFactor)
    return factors.lazy.compactMap { self[ParameterPath(node: self.nodes[node].name, name: $0.name)]?.shape }
      .first { $0.count >= 2 }
  }

  fileprivate func onlyReader(of node: Int) -> Int? {
    let readers = nodes.indices.filter { nodes[$0].sources.contains(.node(node)) }
    return readers.count == 1 ? readers[0] : nil
  }
}

private struct ActivitySums {
  /// Taps of a filter; 1 for a matrix.
  private let taps: Int
  /// Input channels that a filter reads.
  private let inputsPerGroup: Int
  private var inputSquares: [Double]
  private var outputMagnitudes: [Double]
  private var outputCounts: [Int]
  /// Samples times pixels.
  private var values = 0

  init(_ shape: [Int], inputs: Int) {
    taps = shape.dropFirst(2).reduce(1, *)
    inputsPerGroup = max(shape[1], 1)
    inputSquares = [Double](repeating: 0, count: inputs)
    outputMagnitudes = [Double](repeating: 0, count: shape[0])
    outputCounts = [Int](repeating: 0, count: shape[0])
  }

  mutating func add(_ input: MatrixView, _ output: MatrixView) {
    let inputPixels = input.rows / max(inputSquares.count, 1)
    for row in 0..<input.rows {
      for column in 0..<input.columns {
        inputSquares[row / inputPixels] += Double(input[row, column]) * Double(input[row, column])
      }
    }
    let outputPixels = output.rows / max(outputCounts.count, 1)
    for row in 0..<output.rows {
      for column in 0..<output.columns where output[row, column] != 0 {
        outputMagnitudes[row / outputPixels] += Double(abs(output[row, column]))
        outputCounts[row / outputPixels] += 1
      }
    }
    values += outputPixels * output.columns
  }

  var activity: LayerActivity {
    var squares = [Double](repeating: 0, count: inputsPerGroup)
    for (channel, square) in inputSquares.enumerated() { squares[channel % inputsPerGroup] += square }
    return LayerActivity(
      inputNorms: squares.flatMap { [Float](repeating: Float($0.squareRoot()), count: taps) },
      outputMeans: outputMagnitudes.map { Float($0 / Double(values)) },
      outputShares: outputCounts.map { Float($0) / Float(values) })
  }
}
