public import EspalierTensors

extension Parameter {
  /// The values that pruning chooses from: those of a dense parameter with its mask, or the survivors of a packed one in
  /// row-major order and no mask. Either way ties by position are ties by row-major index.
  public var candidates: (values: Tensor, mask: Mask?) {
    guard let packed else { return (storage, denseMask) }
    let survivors = packed.rowMajorValues
    return (Tensor(survivors, shape: [survivors.count]), nil)
  }

  /// Prunes all that `kept` does not keep. Masks compose by intersection: what was pruned before stays pruned.
  ///
  /// Traps unless the mask has the parameter's shape.
  public mutating func prune(keeping kept: Mask) {
    precondition(
      kept.shape == shape, "a mask of shape \(kept.shape) does not fit a parameter of shape \(shape)")
    if let packed {
      let columns = packed.pattern.columns
      adopt(packed.filtered { row, column, _ in kept[row * columns + column] })
    } else {
      keepDense(kept)
    }
  }

  /// Prunes the candidates that `kept` does not keep.
  ///
  /// Traps unless the mask has the shape of `candidates.values`. Costs O(stored values).
  public mutating func prune(keepingCandidates kept: Mask) {
    guard let packed else { return keepDense(kept) }
    precondition(
      kept.count == survivors, "a mask of \(kept.count) elements does not fit \(survivors) candidates")
    adopt(packed.filtered { _, _, position in kept[position] })
  }

  /// The population standard deviation √(Σ (w − mean)² / n) over all values, pruned zeros included.
  public var standardDeviation: Double {
    packed?.standardDeviation ?? storage.standardDeviation
  }

  private mutating func keepDense(_ kept: Mask) {
    if denseMask == nil { denseMask = kept } else { denseMask!.formIntersection(kept) }
    storage.zero(outside: denseMask!)
  }

  private mutating func adopt(_ matrix: SparseMatrix) {
    storage = matrix.values
    pattern = matrix.pattern
  }
}
