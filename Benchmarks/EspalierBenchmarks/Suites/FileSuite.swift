import Espalier

/// How much smaller compact files are than dense ones.
enum FileSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    let folder = try TemporaryFolder()
    for (compression, goal) in [(5.0, nil), (10, nil), (20, Goal.count(atLeast: 10)), (50, nil)] {
      guard goal != nil || !run.onlyGoals else { continue }
      var generator = run.makeGenerator()
      var network = Network.leNet300100(using: &generator)
      network.prune(sparsity: 1 - 1 / compression, within: .network)
      for values in CompactValues.allCases {
        let bytes = try NetworkFile(network).write(
          to: "\(folder.path)/network.safetensors", form: .compact(values: values))
        let dense = try NetworkFile(network).denseByteCount(masks: false)
        run.count(
          "lenet-300-100 at \(Int(compression))× compression, \(values)", unit: "× smaller than dense",
          goal: values == .float32 ? goal : nil
        ) { Double(dense) / Double(bytes) }
      }
    }
  }
}
