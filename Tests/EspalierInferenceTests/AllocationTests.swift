import CAllocationCount
import EspalierInference
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Testing

#if canImport(Glibc)
  // Allocations are counted over the whole process, so these run in processes of their own.
  @Suite struct AllocationTests {
    // Unoptimised code keeps closures and generic values on the heap.
    @Test(
      "Predicting allocates nothing, whatever the operator, the number of threads and the batch",
      .enabled(if: !_isDebugAssertConfiguration()))
    func predicting() async {
      await #expect(processExitsWith: .success) {
        var failures: [String] = []
        for (name, network) in Self.networks {
          for (backend, threads) in Backend.available.flatMap({ way in [1, 2, 3].map { (way, $0) } }) {
            ComputeCase(backend: backend, instructionSet: .current, threads: threads)() {
              for batch in [1, 2, 3, 4, 5, 8, 16, 17, 31, 64, 128] {
                let plan = InferencePlan(network, batchSize: batch)
                let count = Self.allocations(of: plan, inputs: 1024, outputs: 10)
                let kinds = plan.layers.map(\.kind.rawValue)
                let text = "\(name), \(backend), \(threads) threads, batch \(batch), \(kinds)"
                // OpenBLAS's kernels for small products take memory from the heap.
                let isForeign = backend == .openBLAS && plan.layers.last!.kind == .dense && batch <= 64
                if count > 0, !isForeign { failures.append("\(count) allocations: \(text)") }
              }
            }
          }
        }
        for failure in failures { Issue.record("\(failure)") }
      }
    }

    /// 4000² at 1 %: 160,000 survivors, which take 64 MB as a dense matrix.
    @Test("Lowering a sparse layer never makes a dense matrix, measured or not")
    func lowering() async {
      await #expect(processExitsWith: .success) {
        var generator = Xoshiro256(seed: 1)
        let network = Network.perceptron(
          sizes: [4000, 4000], connectivity: .density(0.01), using: &generator)
        for selection in [OperatorSelection.fixed, .calibrated()] {
          for batch in [1, 2, 8, 16, 17, 64, 128] {
            espalier_start_counting_allocations()
            let plan = InferencePlan(network, batchSize: batch, selection: selection)
            let isCounted = espalier_stop_counting_allocations() > 0
            let largest = espalier_largest_counted_allocation()
            #expect(isCounted && largest < 8 << 20 && plan.layers[0].kind != .dense, "batch \(batch)")
          }
        }
      }
    }

    /// Networks in which the rule chooses every operator, with work enough for several threads.
    private static var networks: [(String, Network)] {
      let dense = network
      var sparse = dense
      sparse.prune(sparsity: 0.8, within: .eachParameter)
      return [
        ("dense", dense), ("sparse", sparse),
        ("blocks", masked { ($0 / 8 * 3 + $1 / 4 * 5) % 4 == 0 }),
        ("windows", masked { $1 % 4 == ($0 + $1 / 4) % 4 }),
      ]
    }

    private static func masked(_ keeps: (_ row: Int, _ column: Int) -> Bool) -> Network {
      var network = network
      network.visitParameters { _, parameter in
        guard parameter.role == .weight else { return }
        let columns = parameter.shape[1]
        let kept = (0..<parameter.count).map { keeps($0 / columns, $0 % columns) }
        parameter.prune(keeping: Mask(kept, shape: parameter.shape))
      }
      return network
    }

    private static var network: Network {
      var generator = Xoshiro256(seed: 1)
      return .perceptron(sizes: [1024, 2048, 1000, 10], using: &generator)
    }

    /// The fewest allocations of four predictions in a few rounds: a thread that for once finds another one at work makes
    /// working memory of its own, and keeps it.
    private static func allocations(of plan: InferencePlan, inputs: Int, outputs: Int) -> Int {
      let samples = [Float](repeating: 0.5, count: inputs * plan.batchSize)
      var answers = [Float](repeating: 0, count: outputs * plan.batchSize)
      return samples.withUnsafeBufferPointer { samples in
        answers.withUnsafeMutableBufferPointer { answers in
          (0..<4).map { _ in
            espalier_start_counting_allocations()
            for _ in 0..<4 { plan.predict(samples, into: answers) }
            return Int(espalier_stop_counting_allocations())
          }.min()!
        }
      }
    }
  }
#endif
