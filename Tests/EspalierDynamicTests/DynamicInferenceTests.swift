import EspalierInference
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct DynamicInferenceTests {
  /// Sums of at most 90 terms through three layers, of values around 1.
  private static let bound = 500 * 0x1p-24

  private func expectEqual(_ found: Tensor, _ expected: Tensor, _ how: @autoclosure () -> String) {
    #expect(found.shape == expected.shape)
    let difference = largestDifference(found.values, expected.values.map(Double.init))
    #expect(difference <= Self.bound, "\(how())")
  }

  @Test("Skipping zeros changes nothing", arguments: ComputeCase.all)
  func skippingZeros(way: ComputeCase) {
    way {
      let samples = sparseSamples(9)
      for density in [1, 0.6, 0.2, 0.03, 0] {
        for packed in [false, true] {
          var network = perceptron(density: density)
          if packed { network.pack(upTo: 1) }
          let expected = InferencePlan(network, batchSize: 1).predict(samples)
          for (name, selection) in [
            ("always", DynamicSelection.always), ("never", .never), ("fixed", .fixed(samples: samples)),
            ("calibrated", .calibrated(samples: samples)),
          ] {
            let plan = DynamicInference(network, selection: selection)
            expectEqual(plan.predict(samples), expected, "\(way), density \(density), \(name)")
          }
        }
      }
    }
  }

  @Test("Other layers and graphs run as they are", arguments: ComputeCase.all)
  func graphs(way: ComputeCase) {
    way {
      var generator = Xoshiro256(seed: 4)
      let network = Network(input: [9, 10]) {
        Flatten()
        Linear(inputs: 90, outputs: 33, using: &generator).named("fc1")
        GELU()
        Dropout(probability: 0.5)
        Residual {
          Linear(inputs: 33, outputs: 33, using: &generator).named("fc2")
          ReLU()
        }
        Linear(inputs: 33, outputs: 4, bias: false, using: &generator).named("fc3")
        LogSoftmax()
      }
      let samples = sparseSamples(7)
      let plan = DynamicInference(network, selection: .always)
      expectEqual(plan.predict(samples), network.predict(samples), "\(way)")
    }
  }

  @Test("The columns of inputs that are 0 are never read", arguments: ComputeCase.all)
  func skippedColumns(way: ComputeCase) {
    way {
      let (samples, unused) = (sparseSamples(5).zeroed { $0 % 3 == 1 }, Set((0..<90).filter { $0 % 3 == 1 }))
      for density in [1, 0.3] {
        let clean = perceptron(density: density)
        var poisoned = clean
        poisoned.visitParameters { path, parameter in
          guard path.description == "fc1.weight" else { return }
          let values = parameter.values.values.enumerated().map { unused.contains($0 % 90) ? Float.nan : $1 }
          parameter.values = Tensor(values, shape: [70, 90])
        }
        let found = DynamicInference(poisoned, selection: .always).predict(samples)
        expectEqual(found, clean.predict(samples), "\(way), density \(density)")
        let whole = DynamicInference(poisoned, selection: .never).predict(samples)
        #expect(whole.values.contains { $0.isNaN }, "the poison works")
      }
    }
  }

  @Test("The largest inputs alone are computed with", arguments: ComputeCase.all, [0, 1, 13, 44, 90])
  func largest(way: ComputeCase, count: Int) {
    way {
      // Values that are multiples of 1/8: ties in every sample.
      let coarse = Tensor(sparseSamples(6).values.map { ($0 * 8).rounded() / 8 }, shape: [6, 9, 10])
      let kept = Tensor(
        (0..<6).flatMap { sample in
          let own = Array(coarse.values[sample * 90..<(sample + 1) * 90])
          let order = own.indices.sorted { (own[$1], $0) < (own[$0], $1) }.prefix(count)
          return own.indices.map { order.contains($0) ? own[$0] : 0 }
        }, shape: [6, 9, 10])
      for density in [1, 0.3] {
        let network = perceptron(density: density)
        let plan = DynamicInference(network, skipping: ["fc1": .largest(count)], selection: .always)
        expectEqual(plan.predict(coarse), network.predict(kept), "\(way), \(count) of 90")
      }
    }
  }

  @Test("Weights are counted", arguments: [1, 0.3])
  func countsWeights(density: Double) {
    let network = perceptron(density: density, sizes: [90, 70])
    let mask = network.parameters[0].parameter.mask ?? Mask(ones: [70, 90])
    let samples = sparseSamples(4)
    let plan = DynamicInference(network, skipping: ["fc1": .threshold(0.5)], selection: .always)
    let expected = (0..<4).map { sample in
      (0..<90).filter { samples.values[sample * 90 + $0] > 0.5 }.reduce(0) { sum, column in
        sum + (0..<70).count { mask[$0 * 90 + column] }
      }
    }
    #expect(plan.outcomes(of: samples).outcomes.map(\.weightsRead) == expected)
    #expect(plan.weightCount == mask.survivors)
    #expect(plan.layers.map(\.operation) == [density == 1 ? .denseColumns : .sparseColumns])
    let whole = DynamicInference(network, selection: .never)
    #expect(whole.outcomes(of: samples).outcomes.allSatisfy { $0.weightsRead == mask.survivors })
    #expect(whole.layers[0].skipping == nil)
  }

  @Test("The fixed rule skips where that pays", arguments: sets)
  func fixedRule(set: InstructionSet) {
    func operation(_ network: Network, active: Int) -> DynamicOperation {
      InstructionSet.$current.withValue(set) {
        let values = (0..<20 * 90).map { Float($0 % 10 < active ? 1 : 0) }
        let samples = Tensor(values, shape: [20, 9, 10])
        return DynamicInference(network, selection: .fixed(samples: samples)).layers[0].operation
      }
    }
    #expect(operation(perceptron(density: 1), active: 3) == .denseColumns)
    #expect(operation(perceptron(density: 1), active: 10) == .whole(set == .portable ? .dense : .smallDense))
    #expect(operation(perceptron(density: 0.1), active: 1) == .sparseColumns)
    #expect(operation(perceptron(density: 0.1), active: 8) == .whole(.vector))
  }

  @Test("A NaN reaches the outputs, whatever is skipped", arguments: ComputeCase.all)
  func noNumbers(way: ComputeCase) {
    way {
      let samples = Tensor([.nan] + sparseSamples(1).values.dropFirst(), shape: [1, 9, 10])
      let network = perceptron(density: 1)
      for rule in [ActivationSkipping.zeros, .threshold(0.9), .threshold(.infinity), .largest(1)] {
        let plan = DynamicInference(
          network, heads: [head(at: .input, for: network, above: 0)], skipping: ["fc1": rule],
          selection: .always)
        let (answers, outcomes) = plan.outcomes(of: samples)
        #expect(answers.values.allSatisfy { $0.isNaN }, "\(way), \(rule)")
        #expect(outcomes[0].exit == nil)
      }
    }
  }

  @Test("Many threads share a network")
  func threads() async {
    let network = perceptron(density: 0.3)
    let samples = sparseSamples(30)
    let plan = DynamicInference(
      network, heads: [head(at: .node("fc1"), for: network, lettingHalfOf: samples)], selection: .always)
    let (expected, outcomes) = plan.outcomes(of: samples)
    #expect(Set(outcomes.map(\.exit)).count == 2, "some leave and some do not")
    let results = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<50).allSatisfy { _ in
            let found = plan.outcomes(of: samples)
            return found.answers == expected && found.outcomes == outcomes
          }
        }
      }
      return await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(results == [Bool](repeating: true, count: 8))
  }

  @Test("A profile counts every sample and times both ways")
  func profile() {
    let network = perceptron(density: 0.3)
    let samples = sparseSamples(40)
    let plan = DynamicInference(
      network, heads: [head(at: .node("fc1"), for: network, lettingHalfOf: samples)], selection: .always)
    let profile = plan.profile(on: samples, against: InferencePlan(network, batchSize: 1), passes: 3)
    #expect(profile.exits.reduce(0, +) == 40 && profile.exits.count == 2)
    let read = plan.outcomes(of: samples).outcomes.map(\.weightsRead)
    #expect(profile.weightsRead == read.sorted())
    #expect(profile.meanWeightsRead == Double(read.reduce(0, +)) / 40)
    #expect(profile.weightsRead(quantile: 0.99) == read.max())
    #expect(profile.shareSkipped(reading: Double(profile.weightCount)) == 0)
    #expect(profile.dynamic.mean > 0 && profile.whole.mean > 0 && profile.speedup > 0)
    #expect(profile.dynamic.call(quantile: 0.5) <= profile.dynamic.call(quantile: 0.99))
  }

  @Test func mistakesTrap() async {
    await #expect(processExitsWith: .failure) {
      _ = DynamicInference(perceptron(density: 1), skipping: ["fc9": .zeros], selection: .always)
    }
    await #expect(processExitsWith: .failure) {
      _ = DynamicInference(perceptron(density: 1), skipping: ["fc1": .threshold(-1)], selection: .always)
    }
    await #expect(processExitsWith: .failure) {
      _ = DynamicInference(perceptron(density: 1), selection: .fixed(samples: Tensor(zeros: [2, 90])))
    }
    await #expect(processExitsWith: .failure) {
      _ = DynamicInference(perceptron(density: 1), selection: .fixed(samples: Tensor(zeros: [0, 9, 10])))
    }
    await #expect(processExitsWith: .failure) {
      _ = DynamicInference(perceptron(density: 1), selection: .always).predict(Tensor(zeros: [2, 91]))
    }
  }
}

extension Tensor {
  /// The values with 0 wherever a position within its sample is meant.
  fileprivate func zeroed(where isMeant: (Int) -> Bool) -> Tensor {
    let width = count / shape[0]
    return Tensor(values.enumerated().map { isMeant($0 % width) ? 0 : $1 }, shape: shape)
  }
}
