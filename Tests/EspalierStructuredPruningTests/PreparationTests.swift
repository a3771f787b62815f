import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTraining
import Foundation
import Testing

/// Slimming and group lasso over coupled units.
@Suite struct PreparationTests {
  /// Leaves callbacks after it and the optimizer no gradient of the loss.
  private struct NoGradient: TrainingCallback {
    mutating func gradientsReady(
      _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
    ) {
      for index in 0..<gradients.count { gradients[index].update(repeating: 0) }
    }
  }

  /// One step of plain descent at rate 1 along the penalty alone.
  private func step(_ network: Network, _ callback: any TrainingCallback) -> (
    network: Network, penalty: Double
  ) {
    var network = network
    let samples = noise(shape: network.inputShape, classes: network.outputShape[0])
    var trainer = Trainer(
      epochs: 1, batchSize: samples.count, optimizer: SGD(learningRate: 1),
      callbacks: [NoGradient(), callback])
    let history = trainer.train(&network, on: samples)
    return (network, history.epochs[0].penalty!)
  }

  private func norm(_ values: ArraySlice<Float>) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  /// The units of `handmade` have 3 + 2 weights each, with squared norms 9 + 25, 25 + 1, 1 + 100, 4 + 0.
  @Test func theLassoPullsWholeUnits() {
    let network = handmade()
    let (stepped, penalty) = step(network, CoupledGroupLasso(strength: 0.01))
    let norms = [34.0, 26, 101, 4].map { $0.squareRoot() }
    let weight = ParameterPath(node: "fc1", name: "weight")
    let (old, new) = (network[weight]!.values.values, stepped[weight]!.values.values)
    for index in old.indices {
      let expected = Double(old[index]) * (1 - 0.01 * 5.0.squareRoot() / norms[index / 3])
      #expect(abs(Double(new[index]) - expected) < 1e-6)
    }
    let reading = ParameterPath(node: "fc2", name: "weight")
    for (index, (old, new)) in zip(network[reading]!.values.values, stepped[reading]!.values.values)
      .enumerated()
    {
      #expect(abs(Double(new) - Double(old) * (1 - 0.01 * 5.0.squareRoot() / norms[index % 4])) < 1e-6)
    }
    #expect(stepped[ParameterPath(node: "fc1", name: "bias")]!.values.values == [9, 9, 9, 9])
    // Told of the weights after the step: all of a unit's are shorter by the same factor.
    let expected = norms.reduce(0) { $0 + 0.01 * 5.0.squareRoot() * ($1 - 0.01 * 5.0.squareRoot()) }
    #expect(abs(penalty - expected) < 1e-6)
  }

  /// A weight between two groups is pulled by a unit of each: against differences of the penalty.
  @Test func theLassosGradientIsThatOfItsPenalty() {
    let network = convolutional(3, 4, 5)
    let lasso = CoupledGroupLasso(strength: 1)
    func penalty(_ network: Network) -> Double { step(network, Fixed(lasso)).penalty }
    let (stepped, _) = step(network, lasso)
    for (path, parameter) in network.parameters where parameter.role == .weight {
      for index in [0, parameter.count / 2, parameter.count - 1] {
        let gradient = Double(parameter.values.values[index] - stepped[path]!.values.values[index])
        func moved(_ by: Float) -> Double {
          var copy = network
          copy.visitParameters { other, parameter in
            guard other == path else { return }
            var values = parameter.values.values
            values[index] += by
            parameter.values = Tensor(values, shape: parameter.shape)
          }
          return penalty(copy)
        }
        let difference = (moved(0.01) - moved(-0.01)) / 0.02
        #expect(abs(gradient - difference) < 2e-3, "\(path) \(index): \(gradient), \(difference)")
      }
    }
  }

  /// Tells a penalty but has no gradient.
  private struct Fixed: TrainingCallback {
    let lasso: CoupledGroupLasso
    init(_ lasso: CoupledGroupLasso) { self.lasso = lasso }
    func penalty(of network: Network, at moment: TrainingMoment) -> Double? {
      lasso.penalty(of: network, at: moment)
    }
  }

  @Test func prunedWeightsStayZeroUnderTheLasso() {
    var network = convolutional()
    network.prune(sparsity: 0.5, within: .eachParameter)
    let before = network.parameters.map(\.parameter.mask)
    var trainer = Trainer(epochs: 1, batchSize: 8, callbacks: [CoupledGroupLasso(strength: 0.01)])
    trainer.train(&network, on: noise(shape: [1, 8, 8]))
    #expect(network.parameters.map(\.parameter.mask) == before)
    #expect(
      network.parameters.allSatisfy { entry in
        entry.parameter.values.values.enumerated().allSatisfy { entry.parameter.mask?[$0] ?? true || $1 == 0 }
      })
  }

  @Test func settingsAreCheckedAndStored() throws {
    let lasso = CoupledGroupLasso(strength: 0.5)
    let again = try JSONDecoder().decode(CoupledGroupLasso.self, from: JSONEncoder().encode(lasso))
    #expect(again.strength == 0.5 && again.ramp == lasso.ramp && again.problem == nil)
    let scales = try JSONDecoder().decode(WeightSelection.self, from: Data("{\"role\": \"scale\"}".utf8))
    #expect(scales == .scales)
    #expect(try JSONDecoder().decode(WeightSelection.self, from: JSONEncoder().encode(scales)) == .scales)
    for text in ["{\"role\": \"weight\"}", "{\"role\": \"scale\", \"layers\": [\"a\"]}"] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(WeightSelection.self, from: Data(text.utf8))
      }
    }
  }
}
