import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTraining
import Testing

@Suite("Sparse evolution")
struct EvolutionTests {
  private func network(seed: UInt64, density: Double = 0.2) -> Network {
    var generator = Xoshiro256(seed: seed)
    return .perceptron(sizes: [30, 40, 20, 5], connectivity: .density(density), using: &generator)
  }

  @Test(
    "Counts stay, the weakest go, and nothing comes twice", arguments: EvolutionRemoval.allCases,
    [true, false])
  func counts(_ removal: EvolutionRemoval, isPacked: Bool) {
    for seed in UInt64(1)...5 {
      var network = network(seed: seed)
      if !isPacked { network.unpack() }
      let before = network
      var generator = Xoshiro256(seed: seed)
      let results = network.evolve(
        fraction: 0.3, removing: removal, .weights(of: ["fc1", "fc2"]), using: &generator)
      #expect(results.map(\.path.description) == ["fc1.weight", "fc2.weight"])
      for result in results {
        let (old, new) = (before[result.path]!, network[result.path]!)
        #expect(new.survivors == old.survivors && result.survivors == old.survivors, "seed \(seed)")
        #expect(new.isPacked == isPacked && new.packed?.violatedInvariant == nil, "seed \(seed)")
        check(old, new, replaced: result.replaced, removal, seed: seed)
      }
    }
  }

  private func check(
    _ old: Parameter, _ new: Parameter, replaced: Int, _ removal: EvolutionRemoval, seed: UInt64
  ) {
    let (oldMask, newMask) = (old.mask!, new.mask!)
    let (oldValues, newValues) = (old.values, new.values)
    let places = (0..<old.count).filter { oldMask[$0] }
    let gone = Set(places.filter { !newMask[$0] })
    #expect((0..<old.count).count { newMask[$0] && !oldMask[$0] } == gone.count, "seed \(seed)")
    #expect(gone.count == replaced, "seed \(seed)")
    #expect(
      places.allSatisfy { gone.contains($0) || oldValues[flat: $0] == newValues[flat: $0] }, "seed \(seed)")
    let groups =
      removal == .smallestMagnitudes
      ? [places] : [places.filter { oldValues[flat: $0] >= 0 }, places.filter { oldValues[flat: $0] < 0 }]
    for group in groups {
      let weakest = group.sorted { abs(oldValues[flat: $0]) < abs(oldValues[flat: $1]) }
      #expect(
        Set(weakest.prefix(Int(0.3 * Double(group.count)))) == gone.intersection(group), "seed \(seed)")
    }
  }

  @Test("Where places are few, no more is replaced than there are")
  func fewFreePlaces() {
    var network = network(seed: 1, density: 0.9)
    var generator = Xoshiro256(seed: 2)
    let results = network.evolve(
      fraction: 1, removing: .smallestMagnitudes, .weights(of: ["fc1"]), using: &generator)
    #expect(results[0].survivors == 1080 && (119...120).contains(results[0].replaced))
    var dense = Network.perceptron(sizes: [10, 10], using: &generator)
    #expect(
      dense.evolve(fraction: 0.5, using: &generator).isEmpty && dense.parameters[0].parameter.survivors == 100
    )
  }

  @Test("New weights are drawn as asked for")
  func newValues() {
    var network = network(seed: 3)
    let old = network.parameters[0].parameter.mask!
    var generator = Xoshiro256(seed: 4)
    network.evolve(fraction: 0.5, initializer: .constant(7), using: &generator)
    let parameter = network.parameters[0].parameter
    for index in 0..<parameter.count where parameter.mask![index] && !old[index] {
      #expect(parameter.values[flat: index] == 7)
    }
  }

  /// With momentum and no gradient, only velocities move weights: new weights must stay where they began.
  @Test("Moments of new weights begin at 0, those of the others stay")
  func moments() {
    var network = network(seed: 5)
    var optimizer = SGD(learningRate: 0.1, momentum: 0.9)
    func step(gradient: Float) {
      let gradients = ParameterGradients(for: network)
      for index in 0..<gradients.count { gradients[index].update(repeating: gradient) }
      optimizer.step(&network, gradients: gradients, learningRate: 0.1, on: .current)
    }
    step(gradient: 1)
    let old = network.parameters[0].parameter
    var generator = Xoshiro256(seed: 6)
    network.evolve(fraction: 0.4, initializer: .constant(0.5), using: &generator)
    let grown = network.parameters[0].parameter
    step(gradient: 0)
    let new = network.parameters[0].parameter
    for index in 0..<new.count where new.mask![index] {
      let moved = grown.values[flat: index] - new.values[flat: index]
      if old.mask![index] {
        #expect(abs(moved - 0.09) < 1e-6)
      } else {
        #expect(moved == 0)
      }
    }
  }

  @Test("A trainer evolves between epochs, the same for the same seed and after an interruption")
  func trainer() {
    var generator = Xoshiro256(seed: 7)
    let data = Dataset(
      samples: .floats((0..<60 * 30).map { _ in Float.random(in: -1..<1, using: &generator) }),
      sampleShape: [30],
      answers: .classes((0..<60).map { Int32($0 % 5) }, count: 5))
    func trained(_ parts: [Int], seed: UInt64) -> Network {
      var network = network(seed: 8)
      var trainer = Trainer(batchSize: 16, optimizer: SGD(learningRate: 0.05, momentum: 0.9), seed: seed)
      trainer.callbacks = [SparseEvolution(fraction: 0.3)]
      for epochs in parts {
        trainer.epochs = epochs
        trainer.train(&network, on: data, validation: data)
      }
      return network
    }
    let whole = trained([3], seed: 1)
    #expect(whole.parameters[0].parameter.mask != network(seed: 8).parameters[0].parameter.mask)
    #expect(
      whole.parameters.map(\.parameter.survivors) == network(seed: 8).parameters.map(\.parameter.survivors))
    let again = trained([1, 2], seed: 1)
    for ((path, a), (_, b)) in zip(whole.parameters, again.parameters) {
      #expect(a.mask == b.mask && a.values == b.values, "\(path)")
    }
    #expect(trained([3], seed: 2).parameters[0].parameter.mask != whole.parameters[0].parameter.mask)
  }
}
