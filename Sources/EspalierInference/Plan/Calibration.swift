internal import EspalierNetworks
internal import EspalierTensors

/// Measures operators against each other on the layer itself.
enum Calibration {
  /// How long a contender runs at a time, and how often.
  private static let roundSeconds = 0.0005
  private static let rounds = 5

  /// The contender with the shortest time of all rounds.
  static func fastest(
    of contenders: [any PlanOperator], layer: some Layer, input: [Int], batchSize: Int, on compute: Compute
  ) -> any PlanOperator {
    let benches = contenders.map {
      OperatorBench($0, layer: layer, input: input, batchSize: batchSize, compute)
    }
    return contenders[fastest(of: benches)]
  }

  /// The number of the bench with the shortest time; they run in turn, so that a drift of the machine meets all.
  static func fastest(of benches: [some Bench]) -> Int {
    var best = [Double](repeating: .infinity, count: benches.count)
    for _ in 0..<rounds {
      for (index, bench) in benches.enumerated() {
        best[index] = min(best[index], bench.secondsPerRun(atLeast: roundSeconds))
      }
    }
    return best.indices.min { best[$0] < best[$1] }!
  }
}

/// Something to run again and again.
protocol Bench {
  func run()
}

extension Bench {
  /// The mean time of enough runs to fill `seconds`.
  func secondsPerRun(atLeast seconds: Double) -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    var runs = 0
    var elapsed = 0.0
    repeat {
      run()
      runs += 1
      elapsed = (clock.now - start).seconds
    } while elapsed < seconds
    return elapsed / Double(runs)
  }
}

/// A batch in shares with samples and room for its outputs.
final class SplitBench: Bench {
  private let shares: [PlanShare]
  private let inputs: Tensor
  private var outputs: Tensor

  init(_ shares: [PlanShare]) {
    self.shares = shares
    let (network, samples) = (shares[0].part.network, shares.reduce(0) { $0 + $1.samples })
    var generator = Xoshiro256(seed: 1)
    inputs = Tensor(
      uniform: 0..<1, shape: [samples, network.inputShape.reduce(1, *)], using: &generator)
    outputs = Tensor(zeros: [samples, network.outputShape.reduce(1, *)])
  }

  func run() {
    inputs.withUnsafeValues { inputs in
      outputs.withUnsafeMutableValues { outputs in
        guard let input = inputs.baseAddress, let output = outputs.baseAddress else { return }
        shares.predict(input, into: output)
      }
    }
  }
}

/// One operator with memory to run on.
private final class OperatorBench: Bench {
  private let contender: any PlanOperator
  private let context: LayerContext
  private let memory: [Tensor]
  private let compute: Compute

  init(
    _ contender: any PlanOperator, layer: some Layer, input: [Int], batchSize: Int, _ compute: Compute
  ) {
    self.contender = contender
    self.compute = compute
    let scratch = ThreadCount.$current.withValue(compute.threads) {
      contender.storedLayer?.scratchCount(
        inputs: [input], batchSize: batchSize, training: false, inputGradient: false) ?? 0
    }
    guard let output = try? layer.outputShape(for: [input]) else {
      preconditionFailure("a layer of kind \(type(of: layer).kind) takes no samples of shape \(input)")
    }
    let (inputs, outputs) = (input.reduce(1, *), output.reduce(1, *))
    var generator = Xoshiro256(seed: 1)
    var memory = [
      Tensor(uniform: 0..<1, shape: [inputs, batchSize], using: &generator),
      Tensor(zeros: [outputs, batchSize]), Tensor(zeros: [scratch]),
    ]
    let buffers = memory.indices.map { index in memory[index].withUnsafeMutableValues { $0 } }
    self.memory = memory
    context = LayerContext(
      inputShapes: [input], outputShape: output,
      inputs: [MatrixView(base: buffers[0].baseAddress!, rows: inputs, columns: batchSize)],
      output: MatrixView(base: buffers[1].baseAddress!, rows: outputs, columns: batchSize),
      outputGradient: nil, inputGradients: [nil], parameterGradients: [], fusedActivation: .relu,
      scratch: buffers[2], isTraining: false)
  }

  func run() { contender.run(context, on: compute) }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
