import Espalier

/// What a suite counted.
struct FactTable: CustomStringConvertible {
  private let suite: String
  private let facts: ArraySlice<Fact>

  init(_ suite: String, _ facts: ArraySlice<Fact>) {
    self.suite = suite
    self.facts = facts
  }

  var description: String {
    guard !facts.isEmpty else { return "" }
    var table = TextTable([(suite, .left), ("found", .right), ("", .left)])
    for fact in facts {
      let decimals = fact.value == fact.value.rounded() ? 0 : 2
      table.append([fact.name, fact.value.formatted(decimals: decimals), fact.unit])
    }
    return "\n\(table)\n"
  }
}
