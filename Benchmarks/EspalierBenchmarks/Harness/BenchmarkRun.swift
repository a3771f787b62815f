import Espalier

/// One run of the benchmarks: what was asked for, the machine, and what has been found.
///
/// Suites hand their comparisons to it one at a time, as closures, so that a comparison that is not wanted costs
/// nothing, and the memory of one is gone before the next.
final class BenchmarkRun {
  /// Whether the whole run must fit into a few minutes.
  let isQuick: Bool
  /// Whether only comparisons with a goal are wanted.
  let onlyGoals: Bool
  /// Decides weights, inputs and masks.
  let seed: UInt64
  /// What everything is computed with, unless a comparison is about just that.
  let compute: Compute
  let machine: Machine
  /// Where the peers are, if they are wanted.
  let peers: PeerInstallation?
  private(set) var comparisons: [Comparison] = []
  private(set) var facts: [Fact] = []
  private(set) var outcomes: [GoalOutcome] = []
  private(set) var omissions: [Omission] = []

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

  /// Runs two sides for a table of the suite's own; where it stands alone, `compare` is meant.
  func measure(_ name: String, _ contender: Contender, _ rival: Contender) throws -> Comparison {
    ProgressNote.show("\(suite): \(name)")
    let rounds = try PairedRounds(contender, rival, plan: .quick, meter: meter)
    return rounds.comparison(suite: suite, name: name)
  }

  /// Tells in one line what was not measured, and why.
  func leaveOut(_ name: String, reason: String) {
    ProgressNote.clear()
    omissions.append(Omission(suite: suite, name: name, reason: reason))
    writeOutput("\n\(suite): \(name) left out: \(reason)\n")
  }

  /// Prints a table of a suite's own.
  func show(_ table: TextTable) {
    ProgressNote.clear()
    writeOutput("\n\(table)\n")
  }

  /// Finds something that is counted rather than timed, if it is wanted.
  func count(_ name: String, unit: String, goal: Goal? = nil, _ find: () throws -> Double?) rethrows {
    guard goal != nil || !onlyGoals else { return }
    ProgressNote.show("\(suite): \(name)")
    guard let value = try find() else { return }
    let fact = Fact(suite: suite, name: name, value: value, unit: unit)
    facts.append(fact)
    if let goal { outcomes.append(goal.outcome(of: fact)) }
  }

  /// A generator that depends on the seed only.
  func makeGenerator() -> Xoshiro256 { Xoshiro256(seed: seed) }
}

/// Something that was not measured.
struct Omission: Encodable {
  let suite: String
  let name: String
  let reason: String
}

/// Something that is counted rather than timed.
struct Fact: Encodable {
  let suite: String
  let name: String
  let value: Double
  let unit: String
}
