import Espalier

/// One side of a comparison: something that can be repeated and says how long the repetitions took.
struct Contender {
  let name: String
  /// What a repetition does.
  let work: Work
  private let measure: (Int) throws -> Double
  /// How far the rival's result may be from this side's, as a share of its largest value.
  private(set) var tolerance = 0.0
  /// The most repetitions of a round.
  private(set) var mostRepetitions = Int.max
  private var compute: (() throws -> [Float])?

  /// The seconds that `repetitions` take.
  func seconds(_ repetitions: Int) throws -> Double { try measure(repetitions) }

  /// What the side computes, to be held against the other's before anything is timed; nil if it cannot be asked.
  func result() throws -> [Float]? { try compute?() }

  /// The side with a way to ask for its result, which is called once, before the first repetition. Sums in another order
  /// explain the standard tolerance.
  func giving(within tolerance: Double = 1e-4, _ result: @escaping () throws -> [Float]) -> Contender {
    var side = self
    (side.compute, side.tolerance) = (result, tolerance)
    return side
  }

  /// The side with one repetition a round, for those that take long to prepare.
  func once() -> Contender {
    var side = self
    side.mostRepetitions = 1
    return side
  }

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
