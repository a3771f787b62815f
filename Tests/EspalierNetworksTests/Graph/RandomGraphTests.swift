import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// Random graphs in the engine's planned memory against an evaluation that gives every node a buffer of its own: a
/// buffer that was overwritten while somebody still needed it shows in the outputs or in the gradients.
@Suite struct RandomGraphTests {
  /// Values grow with every sum; what is compared is relative to the largest.
  static let tolerance = 256 * 0x1p-24

  @Test(arguments: 0..<60 as Range<UInt64>)
  func passesMatchANaiveEvaluation(seed: UInt64) {
    let graph = RandomGraph(seed: seed)
    for way in ComputeCase.all where way.threads == 1 {
      var oracle = NetworkOracle(graph.network)
      let plain = oracle.output(graph.input.map(Double.init), batch: graph.batch)
      let inferred = inferenceOutput(
        of: graph.network, input: graph.input, batch: graph.batch, on: way.compute)
      #expect(relativeDifference(inferred, plain) < Self.tolerance, "seed \(seed), \(way)")

      oracle.dropoutFactors = graph.dropoutFactors(on: way.compute)
      let pass = TrainingPass(
        of: graph.network, input: graph.input, batch: graph.batch, graph.objective, key: graph.key,
        on: way.compute)
      let trained = oracle.output(graph.input.map(Double.init), batch: graph.batch)
      #expect(relativeDifference(pass.output, trained) < Self.tolerance, "seed \(seed), \(way)")
      let (slope, magnitude) = graph.slope(of: pass.gradients)
      let expected = graph.slope(of: oracle)
      #expect(
        abs(slope - expected) < Self.tolerance * max(1, magnitude),
        "seed \(seed), \(way): \(slope), \(expected)")
    }
  }

  /// A deep chain needs the buffers of two neighbouring layers at a time, whatever its depth; training keeps them all.
  @Test func inferenceForgetsWhatNobodyReadsAnyMore() {
    var generator = Xoshiro256(seed: 1)
    let network = Network.perceptron(sizes: [Int](repeating: 64, count: 20), using: &generator)
    let layer = 64 * 32
    #expect(Workspace(for: network, batchSize: 32, purpose: .inference).memoryCount == 2 * layer)
    #expect(Workspace(for: network, batchSize: 32, purpose: .training).memoryCount >= 20 * layer)
  }

  private func relativeDifference(_ found: [Float], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let scale = expected.reduce(1) { max($0, abs($1)) }
    return zip(found, expected).reduce(0) { worst, pair in
      let difference = abs(Double(pair.0) - pair.1) / scale
      return difference.isNaN ? .infinity : max(worst, difference)
    }
  }
}

/// A random graph of 3 to 14 nodes of one width, in which every node may read the input or any earlier node, and some
/// are read by nobody.
private struct RandomGraph {
  let network: Network
  let input: [Float]
  let objective: Objective
  let batch: Int
  let key: UInt64
  /// A direction in which all parameters are moved at once.
  let direction: [ParameterPath: [Double]]

  init(seed: UInt64) {
    var generator = Xoshiro256(seed: seed)
    let width = Int.random(in: 1...6, using: &generator)
    batch = Int.random(in: 1...18, using: &generator)
    key = generator.next()
    var network = Network(input: [width]) { Linear(inputs: width, outputs: width, using: &generator) }
    for _ in 0..<Int.random(in: 2...13, using: &generator) {
      func source() -> Network.Source {
        let index = Int.random(in: -1..<network.nodes.count, using: &generator)
        return index < 0 ? .input : .node(index)
      }
      if Int.random(in: 0..<4, using: &generator) == 0 {
        network.append(Add(), after: [source(), source()])
      } else {
        let layer = Self.layer(width, &generator)
        Self.append(layer, to: &network, after: source())
      }
    }
    self.network = network
    input = Tensor(uniform: -1..<1, shape: [width * batch], using: &generator).values
    objective = .meanSquaredError(
      Tensor(uniform: -1..<1, shape: [width * batch], using: &generator).values)
    direction = Dictionary(
      uniqueKeysWithValues: network.parameters.map { path, parameter in
        (path, (0..<parameter.count).map { _ in Double.random(in: -1...1, using: &generator) })
      })
  }

  private static func append(_ layer: some Layer, to network: inout Network, after source: Network.Source) {
    network.append(layer, after: [source])
  }

  private static func layer(_ width: Int, _ generator: inout Xoshiro256) -> any Layer {
    switch Int.random(in: 0..<12, using: &generator) {
    case 0: ReLU()
    case 1: LeakyReLU(slope: 0.3)
    case 2: Sigmoid()
    case 3: Tanh()
    case 4: GELU()
    case 5: Flatten()
    case 6: Dropout(probability: 0.3)
    case 7: Softmax()
    case 8: LogSoftmax()
    default:
      Linear(inputs: width, outputs: width, bias: Bool.random(using: &generator), using: &generator)
    }
  }

  func dropoutFactors(on compute: Compute) -> [String: [Double]] {
    var factors: [String: [Double]] = [:]
    for (index, node) in network.nodes.enumerated() {
      guard let dropout = node.layer as? Dropout else { continue }
      factors[node.name] = EspalierNetworksTests.dropoutFactors(
        dropout, at: index, count: node.outputShape[0], batch: batch, key: key, on: compute)
    }
    return factors
  }

  /// The derivative of the loss along the direction by the engine's gradients, and the sum of its terms' magnitudes.
  func slope(of gradients: [ParameterPath: Tensor]) -> (slope: Double, magnitude: Double) {
    let terms = direction.flatMap { path, steps in
      zip(gradients[path]!.values, steps).map { Double($0) * $1 }
    }
    return (terms.reduce(0, +), terms.reduce(0) { $0 + abs($1) })
  }

  /// The same by a central difference.
  func slope(of oracle: NetworkOracle) -> Double {
    let step = 1e-6
    let losses = [step, -step].map { step in
      var moved = oracle
      for (path, direction) in direction {
        for index in direction.indices { moved.parameters[path]![index] += step * direction[index] }
      }
      return objective.value(moved.output(input.map(Double.init), batch: batch), batch: batch)
    }
    return (losses[0] - losses[1]) / (2 * step)
  }
}
