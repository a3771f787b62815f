internal import EspalierNetworks
internal import EspalierPruning
internal import EspalierTensors

extension ReconstructionProblem {
  /// How many weights stay when so many go, those that went before included.
  func keptCount(pruning pruned: Int) -> Int {
    precondition((0...count).contains(pruned), "\(pruned) of \(count) weights cannot go")
    return min(alive?.survivors ?? count, count - pruned)
  }

  /// The weights that a pattern keeps by their scores, one for each that may be pruned.
  func kept(by scores: Tensor, _ pattern: some PruningPattern, count: Int) -> Mask {
    var parameter = Parameter(prunableWeights, role: .weight)
    if let alive { parameter.prune(keeping: alive) }
    let candidates = PruningCandidates(ParameterPath(node: "layer", name: "weight"), parameter)
    return pattern.kept(of: PruningUnits(candidates, scores: scores, pattern: pattern), count: count)
  }

  /// W without the column of the bias.
  var prunableWeights: Tensor {
    weights.columns(0..<columns)
  }
}

extension Tensor {
  /// Some columns of a matrix.
  func columns(_ range: Range<Int>) -> Tensor {
    let (rows, width) = (shape[0], shape[1])
    guard range.count < width else { return self }
    return Tensor(shape: [rows, range.count]) { target in
      withUnsafeValues { source in
        for row in 0..<rows {
          for column in range {
            target.initializeElement(
              at: row * range.count + column - range.lowerBound, to: source[row * width + column])
          }
        }
      }
    }
  }

  /// The matrix with zeros outside a mask of its first columns.
  func masked(by kept: Mask) -> Tensor {
    let (columns, width) = (kept.shape[1], shape[1])
    var result = self
    result.withUnsafeMutableValues { values in
      for index in 0..<kept.count where !kept[index] { values[index / columns * width + index % columns] = 0 }
    }
    return result
  }
}

extension ReconstructionProblem {
  /// For each weight whether it was not pruned before.
  var aliveFlags: [Bool] {
    guard let alive else { return [Bool](repeating: true, count: count) }
    return (0..<count).map { alive[$0] }
  }
}
