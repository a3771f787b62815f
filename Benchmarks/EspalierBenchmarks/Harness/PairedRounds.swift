/// Runs a contender and its rival in alternation: A B, B A, A B, … with the machine's peak measured in every round.
///
/// Alternation in one process lets both sides meet the same clock, caches and neighbours; the order changes so that
/// neither always comes after the other.
struct PairedRounds {
  private let contender: Timed
  private let rival: Timed?
  private let difference: Double?
  private var rounds = 0
  /// The machine's peak: the best burst among the rounds.
  private var peak = 0.0

  /// Holds the two sides' results against each other, warms both up and runs the rounds; throws `UnequalResults` when the
  /// sides did not compute the same.
  init(_ contender: Contender, _ rival: Contender?, plan: RoundPlan, meter: PeakMeter) throws {
    difference = try UnequalResults.difference(contender, rival)
    self.contender = try Timed(contender, plan)
    self.rival = try rival.map { try Timed($0, plan) }
    rounds = plan.rounds(ofSeconds: self.contender.warmSeconds + (self.rival?.warmSeconds ?? 0))
    for round in 0..<rounds {
      try (round % 2 == 0 ? self.contender : self.rival)?.run()
      peak = max(peak, meter.measure())
      try (round % 2 == 0 ? self.rival : self.contender)?.run()
    }
  }

  /// The result under a name.
  func comparison(suite: String, name: String) -> Comparison {
    let ratios = rival.map { rival in zip(rival.seconds, contender.seconds).map { $0 / $1 } }
    let own = Spread(contender.seconds).median
    return Comparison(
      suite: suite, name: name, rounds: rounds, difference: difference,
      contender: side(contender), rival: rival.map(side),
      ratioOfMedians: rival.map { Spread($0.seconds).median / own },
      medianOfRatios: ratios.map { Spread($0).median })
  }

  private func side(_ timed: Timed) -> Comparison.Side {
    let seconds = Spread(timed.seconds)
    var (gigaflops, dense, gigabytes, share): (Double?, Double?, Double?, Double?)
    switch timed.contender.work {
    case .products(let surviving, let all):
      gigaflops = surviving / seconds.median / 1e9
      if all != surviving { dense = all / seconds.median / 1e9 }
      share = surviving / seconds.median / peak
    case .bytes(let bytes): gigabytes = bytes / seconds.median / 1e9
    case .unmeasured: break
    }
    return Comparison.Side(
      name: timed.contender.name, seconds: seconds, repetitions: timed.repetitions, gigaflops: gigaflops,
      denseGigaflops: dense, gigabytesPerSecond: gigabytes, shareOfPeak: share)
  }
}

/// A side with its warm-up and its times so far.
private final class Timed {
  let contender: Contender
  let repetitions: Int
  /// How long a round's repetitions took when they were warm.
  let warmSeconds: Double
  /// Seconds a repetition, round by round.
  private(set) var seconds: [Double] = []

  init(_ contender: Contender, _ plan: RoundPlan) throws {
    self.contender = contender
    _ = try contender.seconds(1)
    repetitions = min(
      plan.repetitions(ofSeconds: try contender.seconds(1)), contender.mostRepetitions)
    warmSeconds = try contender.seconds(repetitions)
  }

  /// One round; where repetitions are short, one that does not count brings caches back from the other side.
  func run() throws {
    if repetitions > 1 { _ = try contender.seconds(1) }
    seconds.append(try contender.seconds(repetitions) / Double(repetitions))
  }
}
