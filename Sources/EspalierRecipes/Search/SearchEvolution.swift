internal import EspalierOneShot
internal import EspalierTensors

/// The strategy of a search: which choices are tried next, given those tried before. All that is random comes from one seed, so
/// that the same answers lead to the same questions.
///
/// Known ways come first: each pattern in all layers, and spreads of several sparsities and of those that just meet the limit;
/// then generations of crossed and mutated choices of the best ones and of the Pareto front beside the limit; last, the best
/// one's neighbours, as long as one of them is better. A layer's variants are in the order of their counts, patterns among
/// single weights.
struct SearchEvolution {
  let variants: LayerVariants
  let desk: SearchDesk
  let settings: PruningSearchSettings
  let limit: Double
  private var generator: Xoshiro256

  private static let ways: [@Sendable (Double) -> OneShotAmounts] = [
    { .uniform($0) }, { .erdosRenyi($0) }, { .measured($0) },
  ]
  private static let shares = [0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
  private static let bisections = 6

  init(_ variants: LayerVariants, desk: SearchDesk, settings: PruningSearchSettings, limit: Double) {
    self.variants = variants
    self.desk = desk
    self.settings = settings
    self.limit = limit
    generator = Xoshiro256(seed: settings.seed)
  }

  /// Searches; all that was tried is then with the desk.
  mutating func run() throws {
    try plantKnownWays()
    for _ in 0..<settings.generations {
      let children = nextGeneration()
      if children.isEmpty { break }
      try desk.evaluate(children)
    }
    try refine()
  }

  private func plantKnownWays() throws {
    try desk.evaluate(variants.choices(of: settings.patterns))
    try desk.evaluate(
      try Self.shares.flatMap { share in try Self.ways.map { try variants.choice(nearest: $0(share)) } })
    var ranges = Self.ways.map { _ in (low: 0.0, high: 1.0) }
    for _ in 0..<Self.bisections {
      let middles = ranges.map { ($0.low + $0.high) / 2 }
      let found = try desk.evaluate(try zip(Self.ways, middles).map { try variants.choice(nearest: $0($1)) })
      for (index, point) in found.enumerated() {
        if point.cost <= limit {
          ranges[index].high = middles[index]
        } else {
          ranges[index].low = middles[index]
        }
      }
    }
  }

  /// Choices that were not tried yet; fewer than wanted where hardly any are left.
  private mutating func nextGeneration() -> [[Int]] {
    let points = desk.points
    let parents = parents(among: points)
    var known = Set(points.map(\.choice))
    var children: [[Int]] = []
    for _ in 0..<20 * settings.population where children.count < settings.population {
      let mother = parents.randomElement(using: &generator)!
      let father = parents.randomElement(using: &generator)!
      let child = mutated(crossed(mother.choice, father.choice))
      if known.insert(child).inserted { children.append(child) }
    }
    return children
  }

  /// The best at the limit, and those of the front whose costs are nearest to it.
  private func parents(among points: [SearchPoint]) -> [SearchPoint] {
    let count = max(settings.population / 2, 1)
    let best = points.sorted { $0.isBetter(than: $1, at: limit) }.prefix(count)
    let front = SearchPoint.front(of: points).sorted { distance($0) < distance($1) }.prefix(count)
    return Array(best) + front
  }

  private func distance(_ point: SearchPoint) -> Double { abs(point.cost - limit) }

  /// Each layer from one of both.
  private mutating func crossed(_ mother: [Int], _ father: [Int]) -> [Int] {
    var child: [Int] = []
    for (one, other) in zip(mother, father) { child.append(Bool.random(using: &generator) ? one : other) }
    return child
  }

  /// One layer or more moved by up to three variants.
  private mutating func mutated(_ choice: [Int]) -> [Int] {
    var choice = choice
    let certain = Int.random(in: choice.indices, using: &generator)
    for layer in choice.indices {
      let moves = Int.random(in: 0..<choice.count + 1, using: &generator) == 0
      guard moves || layer == certain else { continue }
      let step = Int.random(in: 1...3, using: &generator)
      choice[layer] = clamped(choice[layer] + (Bool.random(using: &generator) ? step : -step), layer)
    }
    return choice
  }

  private func clamped(_ number: Int, _ layer: Int) -> Int {
    min(max(number, 0), variants.layers[layer].variants.count - 1)
  }

  /// Moves the best one layer by layer, and between pairs of layers, until nothing is better.
  private mutating func refine() throws {
    var best = best(of: desk.points)
    while true {
      let found = self.best(of: try desk.evaluate([best.choice] + neighbours(of: best.choice)))
      guard found.isBetter(than: best, at: limit) else { return }
      best = found
    }
  }

  private func best(of points: [SearchPoint]) -> SearchPoint {
    points.reduce(points[0]) { $1.isBetter(than: $0, at: limit) ? $1 : $0 }
  }

  /// One layer a level up or down; of pairs of layers, one up and one down, as many at random as take no longer than four
  /// generations.
  private mutating func neighbours(of choice: [Int]) -> [[Int]] {
    let single = choice.indices.flatMap { layer in [-1, 1].map { moved(choice, [(layer, $0)]) } }
    var pairs = choice.indices.flatMap { up in
      choice.indices.filter { $0 != up }.map { moved(choice, [(up, 1), ($0, -1)]) }
    }
    pairs.shuffle(using: &generator)
    return single + pairs.prefix(4 * settings.population)
  }

  private func moved(_ choice: [Int], _ steps: [(layer: Int, by: Int)]) -> [Int] {
    steps.reduce(into: choice) { $0[$1.layer] = clamped($0[$1.layer] + $1.by, $1.layer) }
  }
}
