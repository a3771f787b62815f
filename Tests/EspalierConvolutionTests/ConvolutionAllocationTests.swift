import CAllocationCount
import EspalierInference
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

#if canImport(Glibc)
  // Allocations are counted over the whole process, so these run in a process of their own.
  @Suite struct ConvolutionAllocationTests {
    // Unoptimised code keeps closures and generic values on the heap.
    @Test(
      "Training passes and predictions of convolutions allocate nothing, dense or packed, on one to three threads",
      .enabled(if: !_isDebugAssertConfiguration()))
    func steadyState() async {
      await #expect(processExitsWith: .success) {
        for threads in [1, 2, 3] {
          ComputeCase(backend: .reference, instructionSet: .current, threads: threads)() {
            for isPacked in [false, true] {
              var network = Self.network
              network.pack(upTo: isPacked ? 0.9 : 0)
              let passes = Self.allocations(of: network)
              #expect(passes == 0, "training, packed: \(isPacked), \(threads) threads")
              let predictions = Self.allocations(of: InferencePlan(network, batchSize: 32))
              #expect(predictions == 0, "predicting, packed: \(isPacked), \(threads) threads")
            }
          }
        }
      }
    }

    private static let image = [8, 20, 20]

    /// Convolutions with work enough for several threads.
    private static var network: Network {
      var generator = Xoshiro256(seed: 1)
      var network = Network(input: image) {
        Conv2d(inputs: 8, outputs: 24, kernel: 3, padding: 1, using: &generator)
        ReLU()
        Conv2d(inputs: 24, outputs: 24, kernel: 3, stride: 2, groups: 24, using: &generator)
        Conv2d(inputs: 24, outputs: 16, kernel: 1, using: &generator)
        Sigmoid()
      }
      network.pruneHalf(using: &generator)
      return network
    }

    private static func allocations(of network: Network) -> Int {
      let workspace = Workspace(for: network, batchSize: 32, purpose: .training)
      return allocations {
        network.forward(in: workspace)
        network.backward(in: workspace)
      }
    }

    private static func allocations(of plan: InferencePlan) -> Int {
      let samples = [Float](repeating: 0.5, count: image.reduce(plan.batchSize, *))
      var answers = [Float](repeating: 0, count: 16 * 9 * 9 * plan.batchSize)
      return samples.withUnsafeBufferPointer { samples in
        answers.withUnsafeMutableBufferPointer { answers in
          allocations { plan.predict(samples, into: answers) }
        }
      }
    }

    /// The fewest of a few rounds: what is made once is kept.
    private static func allocations(_ body: () -> Void) -> Int {
      (0..<4).map { _ in
        espalier_start_counting_allocations()
        for _ in 0..<4 { body() }
        return Int(espalier_stop_counting_allocations())
      }.min()!
    }
  }
#endif
