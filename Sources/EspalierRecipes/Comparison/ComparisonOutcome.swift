internal import EspalierFormats

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What a comparison found: for each way to prune, mean and spread over the seeds at every share of weights pruned.
public struct ComparisonOutcome: Sendable, Codable {
  /// One way to prune.
  public struct Line: Sendable, Hashable, Codable {
    /// The way.
    public let family: ComparisonFamily
    /// The points, in the order of the sparsities.
    public let points: [Mean]
    /// The share of weights pruned at which the mean accuracy has fallen by one point (0.01) below that of the line's first
    /// point, between two points as a straight line over the logarithm of the density; null where it never has.
    public let losesOnePointAt: Double?
  }

  /// The accuracy at one share of weights pruned.
  public struct Mean: Sendable, Hashable, Codable {
    /// The share of weights pruned.
    public let sparsity: Double
    /// The mean over the seeds, in 0…1.
    public let accuracy: Double
    /// The sample standard deviation over the seeds; null for one seed.
    public let deviation: Double?
    /// The accuracy of each seed, in the order of the seeds.
    public let accuracies: [Double]
  }

  /// What was compared.
  public let settings: ComparisonSettings
  /// What the network is called.
  public let model: String
  /// What the samples are called.
  public let dataset: String
  /// The ways, in the order of the settings.
  public let lines: [Line]

  init(settings: ComparisonSettings, model: String, dataset: String, points: [ComparisonPoint]) {
    self.settings = settings
    self.model = model
    self.dataset = dataset
    lines = settings.families.map { family in
      let means = settings.sparsities.map { sparsity in
        Mean(
          sparsity: sparsity,
          accuracies: settings.seeds.compactMap { seed in
            points.first { $0.family == family && $0.seed == seed && $0.sparsity == sparsity }?.accuracy
          })
      }
      return Line(family: family, points: means)
    }
  }

  /// `family,sparsity,seed,accuracy`, a line a network.
  public var csv: String {
    var rows = ["family,sparsity,seed,accuracy"]
    for line in lines {
      for point in line.points {
        for (seed, accuracy) in zip(settings.seeds, point.accuracies) {
          rows.append("\(line.family.rawValue),\(point.sparsity),\(seed),\(accuracy)")
        }
      }
    }
    return rows.joined(separator: "\n") + "\n"
  }

  /// The result as JSON.
  public func json() throws -> String { try JSONText.encode(self) + "\n" }
}

extension ComparisonOutcome.Mean {
  init(sparsity: Double, accuracies: [Double]) {
    self.sparsity = sparsity
    self.accuracies = accuracies
    let mean = accuracies.reduce(0, +) / Double(max(accuracies.count, 1))
    accuracy = mean
    deviation =
      accuracies.count > 1
      ? (accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(accuracies.count - 1)).squareRoot()
      : nil
  }
}

extension ComparisonOutcome.Line {
  init(family: ComparisonFamily, points: [ComparisonOutcome.Mean]) {
    self.family = family
    self.points = points
    losesOnePointAt = Self.crossing(points)
  }

  private static func crossing(_ points: [ComparisonOutcome.Mean]) -> Double? {
    guard let reference = points.first?.accuracy else { return nil }
    let limit = reference - 0.01
    for (before, after) in zip(points, points.dropFirst()) where after.accuracy < limit {
      let share = (before.accuracy - limit) / (before.accuracy - after.accuracy)
      let density = pow((1 - after.sparsity) / (1 - before.sparsity), share) * (1 - before.sparsity)
      return 1 - density
    }
    return nil
  }
}
