/// How many weights each layer gives so that, together, they lose the least: a small dynamic program over the sparsities that
/// were tried for each layer alone, whose losses are added up.
///
/// Counts are exact: what the levels prune too much is given back to the layer that gains the most by it.
public struct SparsityAllocation: Sendable, Hashable, Codable {
  /// A layer pruned to some level, the others as they were.
  public struct Level: Sendable, Hashable, Codable {
    /// Weights that went.
    public let pruned: Int
    /// What the network's outputs lost.
    public let loss: Double

    /// A level.
    public init(pruned: Int, loss: Double) {
      self.pruned = pruned
      self.loss = loss
    }
  }

  /// For each layer its levels, from the fewest pruned weights to the most.
  public let layers: [[Level]]

  /// Steps into which the wanted number is divided.
  private static let steps = 2000

  /// An allocation; traps unless every layer has levels of rising counts.
  public init(layers: [[Level]]) {
    for levels in layers {
      precondition(
        !levels.isEmpty && zip(levels, levels.dropFirst()).allSatisfy { $0.pruned < $1.pruned },
        "levels that prune \(levels.map(\.pruned)) do not rise")
    }
    self.layers = layers
  }

  /// An allocation of levels in any order: of those of equal counts the least loss stays, and none is less than that of a lower
  /// count, for what differs there is noise.
  init(rising layers: [[Level]]) {
    self.init(
      layers: layers.map { levels in
        var rising: [Level] = []
        for level in levels.sorted(by: { ($0.pruned, $0.loss) < ($1.pruned, $1.loss) })
        where level.pruned > rising.last?.pruned ?? -1 {
          rising.append(Level(pruned: level.pruned, loss: max(level.loss, rising.last?.loss ?? 0)))
        }
        return rising
      })
  }

  /// How many weights of each layer go when `total` go in all; as many as the highest levels allow, where those are fewer.
  ///
  /// Costs layers · levels · 2000 additions.
  public func pruned(_ total: Int) -> [Int] {
    let most = layers.reduce(0) { $0 + $1.last!.pruned }
    guard total < most else { return layers.map { $0.last!.pruned } }
    let unit = max(1, (total + Self.steps - 1) / Self.steps)
    return exact(chosen(covering: (total + unit - 1) / unit, unit: unit), total: total)
  }

  /// For each layer the number of the level chosen, of the least total loss that prunes at least `goal` units.
  private func chosen(covering goal: Int, unit: Int) -> [Int] {
    var losses = [Double](repeating: .infinity, count: goal + 1)
    losses[0] = 0
    var choices: [[Int]] = []
    for levels in layers {
      var next = [Double](repeating: .infinity, count: goal + 1)
      var choice = [Int](repeating: 0, count: goal + 1)
      for (number, level) in levels.enumerated() {
        // Rounded down, so that what the units promise is pruned.
        let gain = level.pruned / unit
        for before in 0...goal where losses[before] + level.loss < next[min(before + gain, goal)] {
          next[min(before + gain, goal)] = losses[before] + level.loss
          choice[min(before + gain, goal)] = number * (goal + 1) + before
        }
      }
      losses = next
      choices.append(choice)
    }
    guard losses[goal].isFinite else { return layers.map { $0.count - 1 } }
    var left = goal
    return choices.reversed().map { choice in
      defer { left = choice[left] % (goal + 1) }
      return choice[left] / (goal + 1)
    }.reversed()
  }

  /// The counts of the levels, less what they prune too much.
  private func exact(_ numbers: [Int], total: Int) -> [Int] {
    var counts = zip(layers, numbers).map { $0[$1].pruned }
    var excess = counts.reduce(0, +) - total
    while excess > 0 {
      let gains = counts.indices.map { layer in (layer: layer, step: step(of: layer, below: counts[layer])) }
      guard let best = gains.filter({ $0.step != nil }).max(by: { $0.step!.slope < $1.step!.slope }) else {
        break
      }
      let back = min(excess, counts[best.layer] - best.step!.pruned)
      counts[best.layer] -= back
      excess -= back
    }
    return counts
  }

  /// The level of a layer next below a count, and the loss a weight given back saves on the way there.
  private func step(of layer: Int, below count: Int) -> (pruned: Int, slope: Double)? {
    let levels = layers[layer]
    guard let upper = levels.firstIndex(where: { $0.pruned >= count }), upper > 0 else { return nil }
    let (low, high) = (levels[upper - 1], levels[upper])
    return (low.pruned, (high.loss - low.loss) / Double(high.pruned - low.pruned))
  }
}
