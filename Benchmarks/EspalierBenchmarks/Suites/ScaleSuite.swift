import Espalier

/// Networks that are born sparse, from thousands to hundreds of thousands of neurons a layer: what it takes to build
/// them and to train them with momentum. Each in a process of its own.
///
/// The network is that of sparse evolutionary training's largest experiment: 3,312 inputs, three hidden layers of n
/// neurons, 5 outputs, Erdős–Rényi layers with ε = 20.
enum ScaleSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    for neurons in run.isQuick ? [3000, 30_000] : [3000, 30_000, 300_000, 600_000] {
      for batch in [2, 128] { try measure(ScaleCase(neurons: neurons, batch: batch), run) }
    }
  }

  private static func measure(_ scale: ScaleCase, _ run: BenchmarkRun) throws {
    let name = "n = \(scale.neurons), batch \(scale.batch)"
    let (isNarrow, isLargest) = (scale.batch == 2, scale.neurons == 600_000)
    guard !run.onlyGoals || (isNarrow && (isLargest || scale.neurons == 30_000)) else { return }
    let found = try scale.measureInChild(run)
    run.count("\(name): survivors", unit: "million") { found.survivors / 1e6 }
    run.count("\(name): build", unit: "s", goal: isNarrow && isLargest ? .count(atMost: 20) : nil) {
      found.buildSeconds
    }
    run.count("\(name): step", unit: "ms", goal: isNarrow && isLargest ? .count(atMost: 350) : nil) {
      found.stepSeconds * 1e3
    }
    run.count(
      "\(name): step a survivor", unit: "ns",
      goal: isNarrow && scale.neurons == 30_000 ? .count(atMost: 1.3) : nil
    ) { found.stepSeconds / found.survivors * 1e9 }
    run.count("\(name): peak", unit: "MB") { found.peak / 1e6 }
    run.count(
      "\(name): peak a survivor", unit: "bytes", goal: isNarrow && isLargest ? .count(atMost: 28) : nil
    ) { found.peak / found.survivors }
  }
}
