import EspalierInference
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct InferencePlanTests {
  private static let batches = [1, 2, 3, 8, 15, 16, 17, 64, 100]

  @Test(arguments: ComputeCase.all, batches)
  func predictsAsTheNetworkDoes(way: ComputeCase, batch: Int) {
    way {
      for density in [1, 0.6, 0.2, 0.03, 0] {
        let network = network(density: density)
        var generator = Xoshiro256(seed: 2)
        let samples = Tensor(uniform: -1..<1, shape: [2 * batch + 1, 9, 10], using: &generator)
        let expected = network.predict(samples)
        for selection in [OperatorSelection.fixed, .calibrated()] {
          let plan = InferencePlan(network, batchSize: batch, selection: selection)
          let found = plan.predict(samples)
          #expect(found.shape == expected.shape)
          // Sums of at most 90 terms through three layers, of values around 1.
          for (a, b) in zip(found.values, expected.values) {
            #expect(abs(a - b) <= 500 * 0x1p-24 * max(1, abs(b)), "density \(density)")
          }
        }
      }
    }
  }

  /// Batch normalisation behind convolutions and linear layers, and one that nothing can take in.
  @Test(arguments: ComputeCase.all)
  func normalisationsAreFolded(way: ComputeCase) {
    way {
      var generator = Xoshiro256(seed: 5)
      var network = Network(input: [1, 6, 6]) {
        Conv2d(inputs: 1, outputs: 4, kernel: 3, bias: false, using: &generator).named("conv")
        BatchNorm(channels: 4)
        ReLU()
        MaxPool2d(kernel: 2)
        BatchNorm(channels: 4).named("stays")
        Flatten()
        Linear(inputs: 16, outputs: 5, using: &generator).named("fc")
        BatchNorm(channels: 5)
      }
      network.visitStatistics { path, values in
        values = Tensor(uniform: 0.5..<2, shape: values.shape, using: &generator)
      }
      let samples = Tensor(uniform: -1..<1, shape: [9, 1, 6, 6], using: &generator)
      let expected = network.predict(samples)
      for batch in [1, 4, 16] {
        let plan = InferencePlan(network, batchSize: batch)
        let found = plan.predict(samples)
        #expect(
          largestDifference(found.values, expected.values.map(Double.init)) < 500 * 0x1p-24, "batch \(batch)")
        #expect(
          plan.profile(seconds: 0.001).steps.filter { $0.operation == "batch-norm" }.map(\.name) == ["stays"])
      }
    }
  }

  @Test func manyThreadsShareAPlan() async {
    let network = network(density: 0.1)
    let plan = InferencePlan(network, batchSize: 4)
    var generator = Xoshiro256(seed: 3)
    let samples = Tensor(uniform: -1..<1, shape: [40, 9, 10], using: &generator)
    let expected = plan.predict(samples)
    let results = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 { group.addTask { (0..<50).allSatisfy { _ in plan.predict(samples) == expected } } }
      return await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(results == [Bool](repeating: true, count: 8))
  }

  @Test func theFixedRuleDependsOnDensityAndBatch() {
    let dense = InferencePlan(network(density: 1), batchSize: 1)
    let narrow: OperatorKind = InstructionSet.current == .portable ? .dense : .smallDense
    #expect(dense.layers.map(\.kind) == [narrow, .smallDense, .smallDense])
    let wide = InferencePlan(network(density: 1), batchSize: 16)
    #expect(wide.layers.map(\.kind) == [.dense, .dense, .dense])
    let sparse = InferencePlan(network(density: 0.05), batchSize: 64)
    #expect(sparse.layers.map(\.kind) == [.packed, .packed, .packed])
    #expect(sparse.layers.map(\.name) == ["fc1", "fc2", "fc3"])
    #expect(sparse.layers[0].inputs == 90 && sparse.layers[0].outputs == 70)
    #expect(sparse.layers[0].byteCount < dense.layers[0].byteCount / 4)
    #expect(abs(sparse.layers[0].density - 0.05) < 0.01)
    let kinds = [(1, OperatorKind.vector), (3, .vector), (4, .rowGroups), (16, .rowGroups), (20, .packed)]
    for (batch, kind) in kinds {
      let plan = InferencePlan(network(density: 0.05), batchSize: batch)
      #expect(plan.layers.allSatisfy { $0.kind == kind }, "batch \(batch)")
    }
  }

  /// Half precision rounds to 11 bits; the operator for one sample reads two bytes less a survivor.
  @Test(arguments: [1, 3, 17])
  func halfPrecision(batch: Int) {
    let network = network(density: 0.2)
    let single = InferencePlan(network, batchSize: batch)
    let half = InferencePlan(network, batchSize: batch, values: .half)
    var generator = Xoshiro256(seed: 5)
    let samples = Tensor(uniform: -1..<1, shape: [batch, 9, 10], using: &generator)
    let (found, expected) = (half.predict(samples).values, single.predict(samples).values)
    let difference = zip(found, expected).map { abs($0 - $1) }.max()!
    // Three layers of weights off by 2⁻¹² of themselves on the average, on values around 1.
    #expect(difference > 0 && difference < 20 * 0x1p-11)
    for (a, b) in zip(half.layers, single.layers) where a.kind == .vector {
      #expect(a.byteCount < b.byteCount * 3 / 4, "\(a.name)")
    }
  }

  @Test func aLayerThatHalfPrecisionCannotHoldStaysInSingle() {
    var network = network(density: 0.2)
    network.visitParameters { path, parameter in
      guard path.description == "fc2.weight" else { return }
      parameter.values = Tensor(parameter.values.values.map { $0 * 1e6 }, shape: parameter.shape)
    }
    let single = InferencePlan(network, batchSize: 1)
    let half = InferencePlan(network, batchSize: 1, values: .half)
    let isSmaller = zip(half.layers, single.layers).map { $0.byteCount < $1.byteCount }
    #expect(isSmaller == [true, false, true])
    #expect(half.predict(Tensor(repeating: 0.5, shape: [1, 9, 10])).values.allSatisfy { $0.isFinite })
  }

  /// Padding multiplies inputs by 0, so a row may meet an input that it is not connected to; samples never meet.
  @Test(arguments: ComputeCase.all)
  func aSampleThatIsNotFiniteLeavesTheOthersAlone(way: ComputeCase) {
    way {
      let network = network(density: 0.2)
      for batch in [1, 2, 3, 4, 16, 17, 20, 64] {
        var generator = Xoshiro256(seed: 6)
        var samples = Tensor(uniform: -1..<1, shape: [batch + 1, 9, 10], using: &generator)
        let plan = InferencePlan(network, batchSize: batch)
        let expected = plan.predict(samples)
        samples.withUnsafeMutableValues { $0[0] = .nan }
        #expect(
          plan.predict(samples).bits.dropFirst(5) == expected.bits.dropFirst(5), "batch \(batch)")
      }
    }
  }

  @Test func aProfileCoversEveryStep() {
    let profile = InferencePlan(network(density: 0.1), batchSize: 2).profile(runs: 11)
    #expect(profile.latencies.count == 11 && profile.latencies == profile.latencies.sorted())
    #expect(profile.steps.map(\.name) == ["fc1", "fc2", "fc3"])
    #expect(profile.latency(quantile: 0) <= profile.latency(quantile: 0.99))
    #expect(profile.throughput > 0)
  }

  @Test func wrongSizesTrap() async {
    await #expect(processExitsWith: .failure) {
      var generator = Xoshiro256(seed: 1)
      let plan = InferencePlan(.perceptron(sizes: [4, 2], using: &generator), batchSize: 2)
      var outputs = [Float](repeating: 0, count: 4)
      outputs.withUnsafeMutableBufferPointer { outputs in
        [Float](repeating: 0, count: 7).withUnsafeBufferPointer { plan.predict($0, into: outputs) }
      }
    }
  }

  private func network(density: Double) -> Network {
    var generator = Xoshiro256(seed: 1)
    var network = Network.perceptron(sizes: [90, 70, 40, 5], input: [9, 10], using: &generator)
    if density < 1 { network.prune(sparsity: 1 - density, within: .eachParameter) }
    return network
  }
}
