import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Foundation
import Testing

@Suite struct CallbackTests {
  /// 100 samples in batches of 32 are four steps.
  @Test(arguments: ComputeCase.all)
  func momentsComeInOrderAndGoOnFromCallToCall(_ way: ComputeCase) {
    way {
      var network = blobNetwork()
      var trainer = Trainer(epochs: 2, batchSize: 32, callbacks: [Recorder()])
      trainer.train(&network, on: blobs())
      trainer.epochs = 1
      trainer.train(&network, on: blobs())
      let recorder = trainer.callbacks[0] as! Recorder
      func steps(_ first: Int) -> [String] {
        (first..<first + 4).flatMap { ["step \($0)", "gradients \($0)", "stepped \($0 + 1)"] }
      }
      let expected =
        ["training 0"] + ["epoch 0"] + steps(0) + ["end 4"] + ["epoch 4"] + steps(4) + ["end 8"]
        + ["training 8", "epoch 8"] + steps(8) + ["end 12"]
      #expect(recorder.moments == expected, "\(way)")
      #expect(recorder.ends == [2, 3] && recorder.isConsistent, "\(way)")
    }
  }

  /// A trainer that goes on from another one begins its own time, but counts all epochs.
  @Test func timeBeginsWithTheTrainer() {
    var network = blobNetwork()
    var trainer = Trainer(epochs: 1, batchSize: 32, epochsDone: 5, callbacks: [Recorder()])
    trainer.train(&network, on: blobs())
    let recorder = trainer.callbacks[0] as! Recorder
    #expect(recorder.moments.first == "training 0" && recorder.ends == [1] && recorder.epochs == [5, 6])
  }

  @Test func anEpochThatEndsEarlyEndsForCallbacksToo() {
    var network = blobNetwork()
    var trainer = Trainer(epochs: 3, batchSize: 32, callbacks: [Recorder()])
    var batches = 0
    trainer.train(&network, on: blobs()) { event in
      if case .batch = event { batches += 1 }
      return batches == 6 ? .stop : .proceed
    }
    #expect((trainer.callbacks[0] as! Recorder).moments.suffix(2) == ["stepped 6", "end 4"])
  }

  /// Generators differ from moment to moment and from callback to callback, and come again with the seed.
  @Test func generators() {
    func drawn(seed: UInt64, _ parts: [Int]) -> [[UInt64]] {
      var network = blobNetwork()
      var trainer = Trainer(batchSize: 32, seed: seed, callbacks: [Recorder(), Recorder()])
      for epochs in parts {
        trainer.epochs = epochs
        trainer.train(&network, on: blobs())
      }
      return trainer.callbacks.map { ($0 as! Recorder).drawn }
    }
    let whole = drawn(seed: 1, [2])
    #expect(whole[0].count == 2 * 14 + 1)
    #expect(Set(whole[0] + whole[1]).count == whole[0].count + whole[1].count)
    #expect(drawn(seed: 1, [2]) == whole)
    // The second call begins once more; everything else is drawn as in one call.
    var parts = drawn(seed: 1, [1, 1])
    for index in parts.indices { parts[index].remove(at: 15) }
    #expect(parts == whole)
    #expect(drawn(seed: 2, [2])[0] != whole[0])
  }

  @Test func gradientsCanBeChanged() {
    var network = blobNetwork()
    let before = network.bits
    var trainer = Trainer(
      epochs: 1, batchSize: 32, optimizer: SGD(learningRate: 0.1), callbacks: [NoGradient()])
    trainer.train(&network, on: blobs())
    #expect(network.bits == before)
  }

  /// Packing and unpacking before every step changes no more than the order of sums: what has been loaded stays, memory
  /// is planned anew, moments move. Twelve steps of 0.05 on sums of at most 16 terms.
  @Test(arguments: ComputeCase.all)
  func formsMayChangeBeforeEveryStep(_ way: ComputeCase) {
    way {
      func trained(_ callbacks: [any TrainingCallback]) -> Network {
        var network = blobNetwork()
        network.prune(sparsity: 0.5, within: .eachParameter)
        var trainer = Trainer(
          epochs: 3, batchSize: 32, optimizer: SGD(learningRate: 0.05, momentum: 0.9), packingDensity: 0,
          callbacks: callbacks)
        let history = trainer.train(&network, on: blobs(), validation: blobs(count: 20, seed: 3))
        #expect(history.epochs.last?.validation == network.evaluate(on: blobs(count: 20, seed: 3)), "\(way)")
        return network
      }
      let (plain, changing) = (trained([]), trained([FormChanger()]))
      for ((path, a), (_, b)) in zip(plain.parameters, changing.parameters) {
        #expect(a.mask == b.mask, "\(path), \(way)")
        #expect(
          largestDifference(a.values.values, b.values.values.map(Double.init)) < 1e-5, "\(path), \(way)")
      }
    }
  }

  /// What needs dense gradients gets them, of all values, as if none were pruned.
  @Test func denseGradients() {
    var network = blobNetwork()
    network.prune(sparsity: 0.9, within: .eachParameter)
    var trainer = Trainer(epochs: 1, batchSize: 100, callbacks: [DenseReader()])
    trainer.train(&network, on: blobs())
    let reader = trainer.callbacks[0] as! DenseReader
    #expect(reader.counts == [64, 16, 48, 3])
    #expect(reader.prunedGradients > 0)
  }

  @Test func selectionsStandInFiles() throws {
    #expect(decode(WeightSelection.self, "{}") == .all)
    #expect(decode(WeightSelection.self, #"{"layers": ["fc1"]}"#) == .layers(["fc1"]))
    #expect(decode(WeightSelection.self, #"{"except": []}"#) == .allExcept([]))
    for selection in [WeightSelection.all, .layers(["a", "b"]), .allExcept(["c"])] {
      #expect(roundTrip(selection) == selection)
    }
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(WeightSelection.self, from: Data(#"{"layers": [], "except": []}"#.utf8))
    }
    let parameters = blobNetwork().parameters
    func selected(_ selection: WeightSelection) -> [String] {
      parameters.filter { selection.contains($0.path, $0.parameter) }.map(\.path.description)
    }
    #expect(selected(.all) == ["fc1.weight", "fc2.weight"])
    #expect(
      selected(.layers(["fc2", "no"])) == ["fc2.weight"] && selected(.allExcept(["fc2"])) == ["fc1.weight"])
  }

  @Test func penaltiesAreReportedApartFromTheLoss() {
    func history(_ callbacks: [any TrainingCallback]) -> TrainingHistory {
      var network = blobNetwork()
      var trainer = Trainer(epochs: 2, batchSize: 32, callbacks: callbacks)
      return trainer.train(&network, on: blobs())
    }
    let (plain, penalized) = (history([Recorder()]), history([Fine(amount: 2), Recorder(), Fine(amount: 3)]))
    #expect(plain.epochs.allSatisfy { $0.penalty == nil })
    #expect(penalized.epochs.map(\.penalty) == [5, 5])
    #expect(plain.epochs.map(\.loss) == penalized.epochs.map(\.loss))
  }
}

/// Writes down every moment.
private struct Recorder: TrainingCallback {
  var moments: [String] = []
  var drawn: [UInt64] = []
  var ends: [Double] = []
  var epochs: [Int] = []
  var isConsistent = true

  mutating func note(_ name: String, _ moment: TrainingMoment) {
    moments.append("\(name) \(moment.stepsDone)")
    var generator = moment.generator()
    drawn.append(generator.next())
    if ends.last != moment.end { ends.append(moment.end) }
    if epochs.last != moment.epochsDone { epochs.append(moment.epochsDone) }
    if moment.stepsPerEpoch != 4 || moment.time != Double(moment.stepsDone) / 4
      || moment.learningRate != 0.001
    {
      isConsistent = false
    }
  }

  mutating func trainingBegins(_ network: inout Network, at moment: TrainingMoment) {
    note("training", moment)
  }
  mutating func epochBegins(_ network: inout Network, at moment: TrainingMoment) { note("epoch", moment) }
  mutating func stepBegins(_ network: inout Network, at moment: TrainingMoment) { note("step", moment) }
  mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) { note("gradients", moment) }
  mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) { note("stepped", moment) }
  mutating func epochEnds(_ network: inout Network, at moment: TrainingMoment) { note("end", moment) }
}

/// Packs before odd steps, unpacks before even ones, and the other way round after every third.
private struct FormChanger: TrainingCallback {
  mutating func stepBegins(_ network: inout Network, at moment: TrainingMoment) {
    change(&network, packs: moment.stepsDone % 2 == 1)
  }
  mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) {
    if moment.stepsDone % 3 == 0 { change(&network, packs: moment.stepsDone % 2 == 0) }
  }

  private func change(_ network: inout Network, packs: Bool) {
    if packs { network.pack(upTo: 1) } else { network.unpack() }
  }
}

private struct DenseReader: TrainingCallback {
  var counts: [Int] = []
  var prunedGradients: Float = 0
  var trainsDense: Bool { true }

  mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) {
    counts = (0..<gradients.count).map { gradients[$0].count }
    let mask = network.parameters[2].parameter.mask!
    for index in 0..<mask.count where !mask[index] { prunedGradients += abs(gradients[2][index]) }
  }
}

private struct Fine: TrainingCallback {
  let amount: Double
  func penalty(of network: Network, at moment: TrainingMoment) -> Double? { amount }
}
