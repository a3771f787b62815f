import EspalierFormats
import EspalierInference
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite("Networks with convolutions: plans and files")
struct ConvolutionPlanTests {
  /// Convolutions of every kind, the smallest weights of each layer pruned.
  static func network(density: Double) -> Network {
    var generator = Xoshiro256(seed: 5)
    var network = Network(input: [3, 11, 10]) {
      Conv2d(inputs: 3, outputs: 8, kernel: 3, padding: 1, using: &generator).named("first")
      ReLU()
      Conv2d(inputs: 8, outputs: 8, kernel: 3, stride: 2, groups: 8, using: &generator).named("depthwise")
      Conv2d(inputs: 8, outputs: 12, kernel: 1, using: &generator).named("pointwise")
      Flatten()
      Linear(inputs: 240, outputs: 5, using: &generator).named("last")
    }
    network.visitParameters { _, parameter in
      guard parameter.role == .weight, density < 1 else { return }
      let kept = (0..<parameter.count).map { _ in Double.random(in: 0..<1, using: &generator) < density }
      parameter.prune(keeping: Mask(kept, shape: parameter.shape))
    }
    return network
  }

  @Test("A plan computes what the network does, whatever its operators", arguments: ComputeCase.all)
  func plans(_ way: ComputeCase) {
    for (density, kinds) in [
      (1.0, [OperatorKind.dense, .dense, .dense]), (0.1, [.packed, .dense, .packed]),
    ] {
      let network = Self.network(density: density)
      for batch in [1, 3, 17] {
        var generator = Xoshiro256(seed: UInt64(batch))
        let inputs = Tensor(uniform: -1..<1, shape: [batch, 3, 11, 10], using: &generator)
        way {
          let expected = network.predict(inputs).values.map(Double.init)
          for selection in [OperatorSelection.fixed, .calibrated()] {
            let plan = InferencePlan(network, batchSize: batch, selection: selection)
            #expect(largestDifference(plan.predict(inputs).values, expected) < 1e-5, "batch \(batch), \(way)")
          }
          let plan = InferencePlan(network, batchSize: batch)
          let convolutions = plan.layers.prefix(3)
          #expect(convolutions.map(\.kind) == kinds && convolutions.map(\.positions) == [110, 20, 20])
          #expect(convolutions[0].operationsPerSample == 220 * network.survivors("first"))
          let profiled = plan.profile(runs: 1).steps.compactMap(\.layer?.name)
          #expect(profiled.prefix(4) == ["first", "depthwise", "pointwise", "last"])
        }
      }
    }
  }

  @Test("Compact files give back packed convolutions, bit for bit; those in groups stay dense")
  func files() throws {
    let folder = TemporaryFolder()
    let network = Self.network(density: 0.1)
    let size = try NetworkFile(network).write(to: folder.path("compact"), form: .compact())
    let dense = try NetworkFile(network).write(to: folder.path("dense"), form: .dense)
    #expect(size < dense)
    let read = try NetworkFile(contentsOf: folder.path("compact")).network
    #expect(read.bits == network.bits)
    let forms = ["first", "depthwise", "pointwise"].map {
      read[ParameterPath(node: $0, name: "weight")]!.isPacked
    }
    #expect(forms == [true, false, true])
    for (path, parameter) in read.parameters {
      #expect(parameter.shape == network[path]!.shape && parameter.survivors == network[path]!.survivors)
    }
  }
}

extension Network {
  fileprivate func survivors(_ node: String) -> Int {
    self[ParameterPath(node: node, name: "weight")]!.survivors
  }
}
