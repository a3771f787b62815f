import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Foundation
import Testing

@Suite struct L0RegularizationTests {
  private struct File: Decodable { let hardConcrete: Gates }

  private struct Gates: Decodable {
    let logAlpha: [Double]
    let uniform: [Double]
    let gates: [Double]
    let derivatives: [Double]
    let openProbabilities: [Double]
    let openDerivatives: [Double]
    let meanGates: [Double]
  }

  /// Both in double precision; the fixture is rounded to single.
  @Test func gatesMatchPyTorch() throws {
    let file = try Fixture.json(File.self, "pytorch/regularizers.json").hardConcrete
    let distribution = HardConcrete()
    #expect(file.logAlpha.count == 24)
    #expect(file.gates.contains(0) && file.gates.contains(1))
    for (index, logAlpha) in file.logAlpha.enumerated() {
      // The inputs stand in the fixture with the digits of their float32.
      let (logAlpha, uniform) = (Double(Float(logAlpha)), Double(Float(file.uniform[index])))
      let gate = distribution.gate(logAlpha: logAlpha, uniform: uniform)
      let open = distribution.openProbability(logAlpha: logAlpha)
      let found = [
        gate.value, gate.derivative, open.value, open.derivative, distribution.meanGate(logAlpha: logAlpha),
      ]
      let expected = [
        file.gates[index], file.derivatives[index], file.openProbabilities[index],
        file.openDerivatives[index], file.meanGates[index],
      ]
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 0x1p-22 }, "gate \(index)")
    }
  }

  @Test func derivativesAreDifferenceQuotients() {
    let distribution = HardConcrete()
    for logAlpha in stride(from: -3.0, through: 3, by: 0.37) {
      for uniform in [0.1, 0.35, 0.5, 0.8] {
        func quotient(_ value: (Double) -> Double) -> Double {
          (value(logAlpha + 1e-5) - value(logAlpha - 1e-5)) / 2e-5
        }
        let gate = distribution.gate(logAlpha: logAlpha, uniform: uniform)
        let open = distribution.openProbability(logAlpha: logAlpha)
        #expect(
          abs(quotient { distribution.gate(logAlpha: $0, uniform: uniform).value } - gate.derivative) < 1e-8)
        #expect(abs(quotient { distribution.openProbability(logAlpha: $0).value } - open.derivative) < 1e-8)
      }
    }
  }

  /// One step, looked at before and after the regulariser: w = θ · z with z drawn, the gradient by θ is that by w times z, and
  /// log α goes by Adam's first step, the rate, against ∂L/∂w · θ · dz + strength · dP, summed over the gate's weights.
  @Test(arguments: L0Regularization.Settings.Gates.allCases)
  func oneStep(_ gates: L0Regularization.Settings.Gates) throws {
    let weights: [Float] = [1, -1, 2, 0.5, -2, 1, 0.25, 4]
    for strength in [0.0, 0.3] {
      var layer = OneLayer(weights: weights, kept: nil, input: [1, -2, 3, 1], target: [2, 4.25])
      let rule = L0Regularization(
        .init(strength: strength, gates: gates, initialDropRate: 0.4, gateLearningRate: 0.125))
      let callbacks = layer.train(steps: 1, [Probe(), rule, Probe()])
      let (before, after) = (callbacks[0] as! Probe, callbacks[2] as! Probe)
      let found = try #require(
        (callbacks[1] as! L0Regularization).logAlpha(of: layer.network.parameters[0].path))
      func gate(_ index: Int) -> Int {
        switch gates {
        case .weights: index
        case .rows: index / 4
        case .columns: index % 4
        }
      }
      let distribution = HardConcrete()
      let start = Float(log(0.6) - log(0.4))
      let count = [8, 2, 4][L0Regularization.Settings.Gates.allCases.firstIndex(of: gates)!]
      var slopes = (0..<count).map { _ in
        strength * Double(8 / count) * distribution.openProbability(logAlpha: Double(start)).derivative
      }
      for index in 0..<8 {
        let z = before.weights[index] / weights[index]
        #expect(abs(after.gradient[index] - before.gradient[index] * z) < 1e-5, "\(gates)")
        #expect(after.weights[index] == weights[index], "\(gates)")
        let s = (Double(z) + 0.1) / 1.2
        let derivative = z > 0 && z < 1 ? 1.2 * s * (1 - s) * 1.5 : 0
        slopes[gate(index)] += Double(before.gradient[index] * weights[index]) * derivative
      }
      #expect(Set(before.weights.indices.map { before.weights[$0] / weights[$0] }).count > 1, "\(gates)")
      for (gate, slope) in slopes.enumerated() {
        let expected = abs(slope) < 1e-4 ? start : start - (slope > 0 ? 0.125 : -0.125)
        #expect(abs(found[gate] - expected) < 1e-4, "\(gates), gate \(gate), slope \(slope)")
      }
    }
  }

  /// After the epoch: θ · ẑ under the gates that are not closed, and their expected number in the penalty.
  @Test func theEndOfAnEpoch() throws {
    var network = blobNetwork()
    let rule = L0Regularization(.init(strength: 0.02, ramp: Ramp(.linear, to: 40), gateLearningRate: 0.05))
    var trainer = Trainer(epochs: 20, batchSize: 25, callbacks: [rule, ThetaReader()])
    let history = trainer.train(&network, on: blobs())
    let trained = trainer.callbacks[0] as! L0Regularization
    let theta = (trainer.callbacks[1] as! ThetaReader).theta
    var expectedCount = 0.0
    var index = 0
    for (path, parameter) in network.parameters {
      defer { index += 1 }
      guard let logAlpha = trained.logAlpha(of: path) else { continue }
      for position in logAlpha.indices {
        let gate = HardConcrete().meanGate(logAlpha: Double(logAlpha[position]))
        expectedCount += HardConcrete().openProbability(logAlpha: Double(logAlpha[position])).value
        #expect(parameter.mask![position] == (gate > 0))
        #expect(abs(parameter.values[flat: position] - theta[index][position] * Float(gate)) < 1e-6)
      }
    }
    // The ramp has risen to a half.
    #expect(abs(history.epochs.last!.penalty! - 0.01 * expectedCount) < 1e-6)
    let survivors = network.weights.reduce(0) { $0 + $1.survivors }
    #expect(survivors > 0 && survivors < 112, "\(survivors)")
  }

  @Test func rowsAndColumnsGoAsAWhole() {
    for gates in [L0Regularization.Settings.Gates.rows, .columns] {
      var network = blobNetwork()
      let rule = L0Regularization(
        .init(strength: 0.02, gates: gates, gateLearningRate: 0.1, .layers(["fc1"])))
      var trainer = Trainer(epochs: 15, batchSize: 25, callbacks: [rule])
      trainer.train(&network, on: blobs())
      let mask = network.weights[0].mask!
      #expect(network.weights[1].mask == nil && mask.survivors < 64)
      for index in 0..<64 {
        let first = gates == .rows ? index / 4 * 4 : index % 4
        #expect(mask[index] == mask[first], "\(gates)")
      }
    }
  }

  @Test func settingsSayWhatIsWrong() async {
    var settings = L0Regularization.Settings(strength: 1e-4, gates: .rows)
    #expect(roundTrip(settings) == settings && settings.problem == nil)
    settings.initialDropRate = 1
    #expect(settings.problem == "1 - initialDropRate: expected a positive number, found 0.0")
    await #expect(processExitsWith: .failure) { _ = HardConcrete(gamma: 0) }
    await #expect(processExitsWith: .failure) { _ = L0Regularization.Settings(strength: -1) }
  }
}

/// The weights and gradients of the first parameter when gradients are ready.
private struct Probe: TrainingCallback {
  private(set) var weights: [Float] = []
  private(set) var gradient: [Float] = []

  mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) {
    weights = network.parameters[0].parameter.values.values
    gradient = Array(gradients[0])
  }
}

/// The values of all parameters after the last step, before an epoch's end changes them.
private struct ThetaReader: TrainingCallback {
  private(set) var theta: [[Float]] = []

  mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) {
    theta = network.parameters.map(\.parameter.values.values)
  }
}
