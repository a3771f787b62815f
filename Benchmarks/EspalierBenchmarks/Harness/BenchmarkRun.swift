import Espalier

/// One run of the benchmarks: what was asked for, the machine, and what has been found.
///
/// Suites hand their comparisons to it one at a time, as closures, so that a comparison that is not wanted costs
/// nothing, and the memory of one is gone before the next.
final class BenchmarkRun {
  /// Whether the whole run must fit into a minute.
  let isQuick: Bool
  /// Whether only comparisons with a goal are wanted.
  let onlyGoals: Bool
  /// Decides weights, inputs and masks.
  let seed: UInt64
  /// What everything is computed with, unless a comparison is about just that.
  let compute: Compute
  let machine: Machine
  /// Where PyTorch is, if the peers are wanted.
  let peers: PeerInstallation?
  private(set) var comparisons: [Comparison] = []
  private(set) var facts: [Fact] = []
  private(set) var outcomes: [GoalOutcome] = []

  private let meter: PeakMeter
  private var suite = ""

  init(isQuick: Bool, onlyGoals: Bool, seed: UInt64, peers: PeerInstallation?) {
    self.isQuick = isQuick
    self.onlyGoals = onlyGoals
    self.seed = seed
    self.peers = peers
    compute = .current
    meter = PeakMeter(compute)
    let peak = (0..<20).map { [meter] _ in meter.measure() }.max()!
    machine = Machine(compute, peakGigaflops: peak / 1e9, seed: seed)
  }

  /// Runs one suite and prints its tables.
  func run(_ name: SuiteName) throws {
    suite = name.rawValue
    let (firstComparison, firstFact) = (comparisons.count, facts.count)
    try name.suite.run(in: self)
    ProgressNote.clear()
    writeOutput("\(ComparisonTable(suite, comparisons[firstComparison...]))")
    writeOutput("\(FactTable(suite, facts[firstFact...]))")
  }

  /// Runs a comparison, if it is wanted.
  func compare(
    _ name: String, goal: Goal? = nil,
    _ makeSides: () throws -> (contender: Contender, rival: Contender?)
  ) throws {
    guard goal != nil || !onlyGoals else { return }
    ProgressNote.show("\(suite): \(name)")
    let sides = try makeSides()
    let plan = isQuick ? RoundPlan.quick : .thorough
    let rounds = try PairedRounds(sides.contender, sides.rival, plan: plan, meter: meter)
    let comparison = rounds.comparison(suite: suite, name: name)
    comparisons.append(comparison)
    if let outcome = goal?.outcome(of: comparison) { outcomes.append(outcome) }
  }

  /// Finds something that is no comparison, if it is wanted, and holds it against a bound if there is one.
  func count(_ name: String, unit: String, atMost bound: Double? = nil, _ find: () throws -> Double?) rethrows
  {
    guard bound != nil || !onlyGoals else { return }
    ProgressNote.show("\(suite): \(name)")
    guard let value = try find() else { return }
    facts.append(Fact(suite: suite, name: name, value: value, unit: unit))
    guard let bound else { return }
    outcomes.append(
      GoalOutcome(
        suite: suite, name: name, contender: "espalier", rival: nil,
        asked: "at most \(bound.formatted(decimals: 2)) \(unit)",
        reached: "\(value.formatted(decimals: 2)) \(unit)", isMet: value <= bound))
  }

  /// A generator that depends on the seed only.
  func makeGenerator() -> Xoshiro256 { Xoshiro256(seed: seed) }
}

/// Something that is counted rather than timed.
struct Fact: Encodable {
  let suite: String
  let name: String
  let value: Double
  let unit: String
}
