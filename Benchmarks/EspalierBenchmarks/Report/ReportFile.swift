import Espalier

/// Everything that was found, for `--json`.
struct ReportFile: Encodable {
  let machine: Machine
  let comparisons: [Comparison]
  let facts: [Fact]
  let goals: [GoalOutcome]
  let omissions: [Omission]

  init(_ run: BenchmarkRun) {
    machine = run.machine
    comparisons = run.comparisons
    facts = run.facts
    goals = run.outcomes
    omissions = run.omissions
  }
}
