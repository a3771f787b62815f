public import EspalierNetworks
internal import EspalierTensors

/// The Erdős–Rényi-kernel distribution of survivors over layers: a layer of shape [outputs, inputs, kernel…] keeps the share
/// ε · (outputs + inputs + kernel…) / (outputs · inputs · kernel…), at most all; ε is such that all layers together keep the
/// asked share. Large layers become sparser than small ones.
///
/// Source: U. Evci et al., "Rigging the lottery: making all tickets winners" (ICML 2020), after D. Mocanu et al. (2018).
public enum ErdosRenyiKernel {
  /// How many weights each shape keeps, ⌊density · all weights⌉ together: rounded down, and the largest remainders up.
  ///
  /// Traps unless the density lies in 0…1.
  public static func survivors(of shapes: [[Int]], density: Double) -> [Int] {
    precondition((0...1).contains(density), "a density lies in 0…1, not \(density)")
    let counts = shapes.map { $0.reduce(1, *) }
    let total = Int((density * Double(counts.reduce(0, +))).rounded())
    let wanted = shares(counts, sums: shapes.map { Double($0.reduce(0, +)) }, total: Double(total))
    var kept = zip(wanted, counts).map { min(Int($0), $1) }
    let byRemainder = wanted.indices.sorted {
      (wanted[$1] - Double(kept[$1]), $0) < (wanted[$0] - Double(kept[$0]), $1)
    }
    var missing = total - kept.reduce(0, +)
    for index in byRemainder where missing > 0 && kept[index] < counts[index] {
      kept[index] += 1
      missing -= 1
    }
    return kept
  }

  /// ε · sum for each layer, those that would keep more than all of their weights held at all.
  private static func shares(_ counts: [Int], sums: [Double], total: Double) -> [Double] {
    var isFull = [Bool](repeating: false, count: counts.count)
    while true {
      let open = counts.indices.filter { !isFull[$0] }
      let full = counts.indices.reduce(0) { isFull[$1] ? $0 + counts[$1] : $0 }
      let epsilon = (total - Double(full)) / max(open.reduce(0) { $0 + sums[$1] }, 1)
      let over = open.filter { epsilon * sums[$0] > Double(counts[$0]) }
      guard !over.isEmpty else {
        return counts.indices.map { isFull[$0] ? Double(counts[$0]) : epsilon * sums[$0] }
      }
      for index in over { isFull[index] = true }
    }
  }
}

extension Network {
  /// Prunes the selected weights at random until they keep the share `density`, distributed over layers by
  /// `ErdosRenyiKernel`; parameters that were pruned before keep their masks and do not count.
  ///
  /// Every choice of as many weights of a layer is equally likely. Traps unless the density lies in 0…1.
  public mutating func pruneRandomly(
    density: Double, _ selection: WeightSelection = .all, using generator: inout some RandomNumberGenerator
  ) {
    let chosen = parameters.filter {
      selection.contains($0.path, $0.parameter) && $0.parameter.survivors == $0.parameter.count
    }
    let kept = ErdosRenyiKernel.survivors(of: chosen.map(\.parameter.shape), density: density)
    let survivors = Dictionary(uniqueKeysWithValues: zip(chosen.map(\.path), kept))
    visitParameters { path, parameter in
      guard let count = survivors[path], count < parameter.count else { return }
      var mask = Mask([Bool](repeating: false, count: parameter.count), shape: parameter.shape)
      for index in RandomPositions.exactly(count, outOf: parameter.count, using: &generator) {
        mask[index] = true
      }
      parameter.prune(keeping: mask)
    }
  }
}
