import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct OptimizerMisuseTests {
  @Test func nesterovNeedsMomentumWithoutDampening() async {
    await #expect(processExitsWith: .failure) { _ = SGD(nesterov: true) }
    await #expect(processExitsWith: .failure) { _ = SGD(momentum: 0.9, dampening: 0.1, nesterov: true) }
    await #expect(processExitsWith: .success) { _ = SGD(momentum: 0.9, nesterov: true) }
  }

  /// A weight without gradients would become 0 / 0: padding in packed parameters, too.
  @Test func adamNeedsAnEpsilon() async {
    await #expect(processExitsWith: .failure) { _ = Adam(epsilon: 0) }
    await #expect(processExitsWith: .failure) { _ = Adam(epsilon: 1e-40) }
    await #expect(processExitsWith: .failure) {
      var adam = Adam()
      adam.epsilon = 0
    }
    await #expect(processExitsWith: .success) { _ = Adam(epsilon: 0x1p-126) }
  }

  /// Moments are keyed by path: those of a smaller network's `fc1.weight` are not those of a larger one's.
  @Test func momentsOfAnotherNetworkTrap() async {
    await #expect(processExitsWith: .failure) {
      stepInTurn([[2, 2], [20, 30]], Adam(), resetBetween: false)
    }
    await #expect(processExitsWith: .failure) {
      stepInTurn([[2, 2], [20, 30]], SGD(momentum: 0.9), resetBetween: false)
    }
    await #expect(processExitsWith: .success) {
      stepInTurn([[2, 2], [20, 30]], Adam(), resetBetween: true)
    }
  }

  @Test func gradientsOfAnotherNetworkTrap() async {
    await #expect(processExitsWith: .failure) {
      var (small, large) = (perceptron([2, 2]), perceptron([20, 30]))
      let gradients = ParameterGradients(for: small)
      var optimizer = SGD()
      optimizer.step(&small, gradients: gradients, learningRate: 0.1, on: .current)
      optimizer.step(&large, gradients: gradients, learningRate: 0.1, on: .current)
    }
    await #expect(processExitsWith: .failure) {
      let gradients = ParameterGradients(for: perceptron([2, 2]))
      _ = Workspace(for: perceptron([20, 30]), batchSize: 1, purpose: .training, gradients: gradients)
    }
  }
}

private func perceptron(_ sizes: [Int]) -> Network {
  var generator = Xoshiro256(seed: 1)
  return Network.perceptron(sizes: sizes, using: &generator)
}

private func stepInTurn(_ sizes: [[Int]], _ optimizer: any Optimizer, resetBetween: Bool) {
  var optimizer = optimizer
  for sizes in sizes {
    var network = perceptron(sizes)
    optimizer.step(&network, gradients: ParameterGradients(for: network), learningRate: 0.1, on: .current)
    if resetBetween { optimizer.reset() }
  }
}
