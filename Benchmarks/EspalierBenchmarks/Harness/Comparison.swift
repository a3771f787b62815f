/// The result of paired rounds of a contender and, mostly, a rival.
struct Comparison: Encodable {
  /// The result of one of them.
  struct Side: Encodable {
    let name: String
    /// Seconds of one repetition, over the counted rounds.
    let seconds: Spread
    /// Repetitions a round.
    let repetitions: Int
    /// 10⁹ floating-point operations of products with surviving weights a second.
    let gigaflops: Double?
    /// The same, counting pruned weights as if they took part; nil where none are.
    let denseGigaflops: Double?
    /// 10⁹ bytes a second.
    let gigabytesPerSecond: Double?
    /// The rate of products over the peak of the machine, which is measured between the rounds.
    let shareOfPeak: Double?
  }

  let suite: String
  let name: String
  let rounds: Int
  /// The largest difference between the two sides' results; nil where they were not asked for.
  let difference: Double?
  let contender: Side
  let rival: Side?
  /// The rival's median time over the contender's: above 1 the contender is faster.
  let ratioOfMedians: Double?
  /// The median over the rounds of the same ratio within a round.
  let medianOfRatios: Double?
}
