/// What was asked and what was reached.
struct GoalTable: CustomStringConvertible {
  private let outcomes: [GoalOutcome]

  init(_ outcomes: [GoalOutcome]) { self.outcomes = outcomes }

  var description: String {
    guard !outcomes.isEmpty else { return "" }
    var table = TextTable([("to reach", .left), ("asked", .left), ("reached", .left), ("", .left)])
    for outcome in outcomes {
      let rival = outcome.rival.map { " against \($0)" } ?? ""
      table.append([
        "\(outcome.suite): \(outcome.name), \(outcome.contender)\(rival)", outcome.asked, outcome.reached,
        outcome.isMet ? "yes" : "no",
      ])
    }
    return "\n\(table)\n"
  }
}
