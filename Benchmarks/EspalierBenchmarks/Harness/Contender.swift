import Espalier

/// One side of a comparison: something that can be repeated and says how long the repetitions took.
struct Contender {
  let name: String
  /// What a repetition does.
  let work: Work
  private let measure: (Int) throws -> Double

  /// The seconds that `repetitions` take.
  func seconds(_ repetitions: Int) throws -> Double { try measure(repetitions) }

  /// Times `body` over all repetitions together.
  init(_ name: String, _ work: Work, _ body: @escaping () throws -> Void) {
    self.init(name, work) { repetitions in
      let clock = Stopwatch()
      for _ in 0..<repetitions { try body() }
      return clock.seconds
    }
  }

  /// Times each repetition of `body` apart, after an untimed `prepare`.
  init(
    _ name: String, _ work: Work, prepare: @escaping () throws -> Void, _ body: @escaping () throws -> Void
  ) {
    self.init(name, work) { repetitions in
      var total = 0.0
      for _ in 0..<repetitions {
        try prepare()
        let clock = Stopwatch()
        try body()
        total += clock.seconds
      }
      return total
    }
  }

  /// A side that measures itself.
  init(_ name: String, _ work: Work, seconds: @escaping (_ repetitions: Int) throws -> Double) {
    self.name = name
    self.work = work
    measure = seconds
  }
}
