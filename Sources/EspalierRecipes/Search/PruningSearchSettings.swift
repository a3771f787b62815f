public import EspalierPruning

/// How a search over the sparsities and patterns of layers goes about it.
public struct PruningSearchSettings: Sendable, Hashable {
  /// The most accuracy that may be lost on the held-out samples, in 0…1; nil for any.
  public var lossAllowed: Double?
  /// Candidates of a generation, at least 2.
  public var population: Int
  /// Generations of the evolutionary part.
  public var generations: Int
  /// The sparsities that layers are tried at, ascending, in 0…1; what is pruned before is one more.
  public var levels: [Double]
  /// The patterns that layers are tried in besides.
  public var patterns: [NOfM]
  /// Training samples that candidates are judged by, drawn at random.
  public var heldOut: Int
  /// Training samples that calibrate the pruning, others than those.
  public var calibration: Int
  /// Whether candidates are judged by the samples' classes; otherwise by the answers of the network as it was.
  public var usesLabels: Bool
  /// The samples of a batch whose latency is measured.
  public var batchSize: Int
  /// Decides which samples are held out, and all choices at random.
  public var seed: UInt64

  /// Nothing, tenths up to 40 %, then smaller steps up to 99.5 %.
  public static let standardLevels =
    [0, 0.1, 0.2, 0.3, 0.4, 0.45] + (25..<48).map { Double($0) / 50 } + [
      0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995,
    ]

  /// Those that inference plans have kernels for, at the least restriction: 8, 4, 2 and 1 of 16, of which 2:4 and 1:4 are
  /// cases.
  public static let standardPatterns = [8, 4, 2, 1].map { NOfM($0, of: 16) }

  /// Settings; traps on counts that are not positive and shares outside of 0…1.
  public init(
    lossAllowed: Double? = nil, population: Int = 16, generations: Int = 8, levels: [Double] = standardLevels,
    patterns: [NOfM] = standardPatterns,
    heldOut: Int = 10_000, calibration: Int = 512, usesLabels: Bool = true, batchSize: Int = 1,
    seed: UInt64 = 1
  ) {
    precondition(
      population > 1 && generations >= 0 && heldOut > 0 && calibration > 0 && batchSize > 0,
      "a search of \(generations) generations of \(population), \(heldOut) and \(calibration) samples, "
        + "batches of \(batchSize)")
    precondition(
      levels.allSatisfy((0...1).contains) && zip(levels, levels.dropFirst()).allSatisfy(<),
      "levels \(levels) are no ascending shares")
    precondition(lossAllowed.map((0...1).contains) ?? true, "a loss of \(lossAllowed!) of the accuracy")
    self.lossAllowed = lossAllowed
    self.population = population
    self.generations = generations
    self.levels = levels
    self.patterns = patterns
    self.heldOut = heldOut
    self.calibration = calibration
    self.usesLabels = usesLabels
    self.batchSize = batchSize
    self.seed = seed
  }
}
