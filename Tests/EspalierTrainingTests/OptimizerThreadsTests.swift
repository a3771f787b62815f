import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct OptimizerThreadsTests {
  /// Gradients: any window of it.
  private static let pattern: [Float] = (0..<401 * 307 + 4).map { (index: Int) -> Float in
    Float(index % 1000) * 1e-3 - 0.5
  }

  /// Steps over weights enough for several threads, masked in the second half of the steps.
  private func bits(_ optimizer: any Optimizer, on compute: Compute) -> [[UInt32]] {
    var generator = Xoshiro256(seed: 1)
    var network = Network(input: [401]) { Linear(inputs: 401, outputs: 307, using: &generator) }
    let gradients = ParameterGradients(for: network)
    var optimizer = optimizer
    for step in 0..<4 {
      if step == 2 { network.pruneHalf(using: &generator) }
      _ = gradients[0].update(fromContentsOf: Self.pattern[step..<step + gradients[0].count])
      _ = gradients[1].update(fromContentsOf: Self.pattern[step..<step + gradients[1].count])
      optimizer.step(&network, gradients: gradients, learningRate: 0.01, on: compute)
    }
    return network.bits
  }

  @Test(arguments: InstructionSet.available)
  func stepsDoNotDependOnTheNumberOfThreads(_ set: InstructionSet) {
    let optimizers: [any Optimizer] = [
      SGD(momentum: 0.9, weightDecay: 0.1), SGD(), Adam(weightDecay: 0.1), Adam.adamW(),
    ]
    for optimizer in optimizers {
      let bits = [1, 2, 3].map { threads in
        self.bits(optimizer, on: Compute(backend: .reference, instructionSet: set, threads: threads))
      }
      #expect(bits[0] == bits[1] && bits[0] == bits[2], "\(type(of: optimizer))")
    }
  }
}
