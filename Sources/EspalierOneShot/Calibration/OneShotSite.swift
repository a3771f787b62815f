public import EspalierNetworks
internal import EspalierTensors

/// A layer of a network that can be pruned by itself.
struct OneShotSite {
  let name: String
  /// Which node.
  let node: Int
  /// Outputs.
  let rows: Int
  /// Inputs of one output.
  let columns: Int
  let hasBias: Bool
  /// How a convolution's inputs become columns; nil for fully connected layers.
  let unfolding: ConvolutionColumns?

  var count: Int { rows * columns }

  /// The second moments of its inputs.
  func calibration(
    in network: Network, before: Network?, _ samples: Tensor, on compute: Compute
  ) -> LayerCalibration {
    LayerCalibration(of: network, before: before, site: self, samples: samples, on: compute)
  }

  /// Its weights, with the bias as a last column, and what their inputs are like.
  func problem(in network: Network, _ moments: Tensor, damping: Double) -> ReconstructionProblem {
    let (weight, bias) = (weight(in: network), parameter("bias", in: network)?.values)
    let values = weight.values
    let width = columns + (hasBias ? 1 : 0)
    let matrix = Tensor(shape: [rows, width]) { target in
      values.withUnsafeValues { source in
        for index in target.indices {
          let (row, column) = (index / width, index % width)
          target.initializeElement(
            at: index, to: column < columns ? source[row * columns + column] : bias![row])
        }
      }
    }
    return ReconstructionProblem(
      weights: matrix, moments: moments, columns: columns, alive: weight.mask?.reshaped(to: [rows, columns]),
      damping: damping)
  }

  /// Its weights as they are.
  func weight(in network: Network) -> Parameter { parameter("weight", in: network)! }

  private func parameter(_ name: String, in network: Network) -> Parameter? {
    network[ParameterPath(node: self.name, name: name)]
  }

  /// The inputs as columns, some at a time; of two inputs of the same samples, the columns that belong together.
  func forEachBatch(
    of input: MatrixView, and other: MatrixView? = nil, _ body: (MatrixView, MatrixView?) -> Void
  ) {
    guard let unfolding else { return body(input, other) }
    let width = unfolding.lineWidth * input.columns
    var memory = [Tensor(zeros: [columns, width]), Tensor(zeros: [other == nil ? 0 : columns, width])]
    let views = memory.indices.map { index in
      memory[index].withUnsafeMutableValues {
        MatrixView(base: $0.baseAddress!, rows: columns, columns: width)
      }
    }
    withExtendedLifetime(memory) {
      for line in 0..<unfolding.lines {
        unfolding.write(line: line, of: input, into: views[0])
        if let other { unfolding.write(line: line, of: other, into: views[1]) }
        body(views[0], other == nil ? nil : views[1])
      }
    }
  }

  /// Runs `body`, and says of its error which layer it was about.
  func attempt<Result>(_ body: () throws(FactorisationError) -> Result) throws(OneShotError) -> Result {
    do { return try body() } catch { throw OneShotError(layer: name, reason: error) }
  }
}

extension Network {
  /// The names of the layers that can be pruned or factorised without training, in the order of the nodes: fully connected ones
  /// and convolutions in one group, of at most `Parameter.mostDenseValues` weights.
  public var oneShotLayers: [String] { oneShotSites.map(\.name) }

  /// The layers that can be pruned by themselves, in the order of the nodes.
  var oneShotSites: [OneShotSite] {
    nodes.enumerated().compactMap { index, node in
      let weights = matrix(of: node)
      guard let weights, weights.rows * weights.columns <= Parameter.mostDenseValues else { return nil }
      return OneShotSite(
        name: node.name, node: index, rows: weights.rows, columns: weights.columns, hasBias: weights.hasBias,
        unfolding: weights.convolution.map { ConvolutionColumns($0, shape: shape(of: node.sources[0])) })
    }
  }

  /// The weights as a matrix, for fully connected layers and convolutions in one group.
  private func matrix(
    of node: Node
  ) -> (rows: Int, columns: Int, hasBias: Bool, convolution: Conv2d?)? {
    if let layer = node.layer.linear { return (layer.outputs, layer.inputs, layer.bias != nil, nil) }
    guard let layer = node.layer as? Conv2d, layer.groups == 1 else { return nil }
    return (layer.outputs, layer.inputs * layer.geometry.kernel.count, layer.bias != nil, layer)
  }

  /// Puts a solution into its layer.
  mutating func apply(_ solution: LayerSolution, at site: OneShotSite) {
    visitParameters { path, parameter in
      guard path.node == site.name else { return }
      switch parameter.role {
      case .weight:
        parameter.values = solution.weights.columns(0..<site.columns).reshaped(to: parameter.shape)
        parameter.prune(keeping: solution.kept.reshaped(to: parameter.shape))
      case .bias:
        parameter.values = solution.weights.columns(site.columns..<site.columns + 1)
          .reshaped(to: parameter.shape)
      case .scale: break
      }
    }
  }
}
