import ArgumentParser
import Espalier

/// One size of the suite `scale`.
struct ScaleCase: ExpressibleByArgument {
  /// Of each hidden layer.
  let neurons: Int
  let batch: Int

  init(neurons: Int, batch: Int) { (self.neurons, self.batch) = (neurons, batch) }

  /// Both numbers, with an x between.
  init?(argument: String) {
    let numbers = argument.split(separator: "x").compactMap { Int($0) }.filter { $0 > 0 }
    guard numbers.count == 2 else { return nil }
    self.init(neurons: numbers[0], batch: numbers[1])
  }

  /// What was found.
  struct Result: Codable {
    let survivors: Double
    let buildSeconds: Double
    /// The median over the steps after a warm-up.
    let stepSeconds: Double
    /// The most memory that was resident, in bytes.
    let peak: Double
  }

  /// Runs this program again to measure.
  func measureInChild(_ run: BenchmarkRun) throws -> Result {
    ProgressNote.show("scale: n = \(neurons), batch \(batch)")
    let path = try OwnProgram.path()
    let child = try ChildProcess(
      path,
      ["--scale-of", "\(neurons)x\(batch)", "--threads", "\(run.compute.threads)", "--seed", "\(run.seed)"])
    let answer = child.readLine()
    try child.end()
    guard let answer else { throw ChildFailure(description: "\(path): ended without an answer") }
    return try JSONText.decode(
      Result.self, from: answer, file: path, place: "standard output", expected: "a measurement")
  }

  /// Builds and trains in this process.
  func measure(seed: UInt64) throws -> Result {
    var generator = Xoshiro256(seed: seed)
    let clock = Stopwatch()
    let network = Network.perceptron(
      sizes: [3312, neurons, neurons, neurons, 5], connectivity: .erdosRenyi(epsilon: 20), using: &generator)
    let buildSeconds = clock.seconds
    let survivors = network.parameters.reduce(0) { $0 + $1.parameter.survivors }
    let step = TrainingStep(
      network, batch: batch, optimizer: SGD(learningRate: 0.001, momentum: 0.9), on: .current,
      using: &generator)
    let seconds = Self.times(of: step)
    return Result(
      survivors: Double(survivors), buildSeconds: buildSeconds, stepSeconds: Spread(seconds).median,
      peak: try ResidentMemory.peak())
  }

  /// About a second of steps; at least ten, but three do where they are long.
  private static func times(of step: TrainingStep) -> [Double] {
    for _ in 0..<2 { step.run() }
    let whole = Stopwatch()
    var seconds: [Double] = []
    while seconds.count < 3 || whole.seconds < 1 || (seconds.count < 10 && whole.seconds < 10) {
      step.prepare()
      let clock = Stopwatch()
      step.run()
      seconds.append(clock.seconds)
    }
    return seconds
  }
}
