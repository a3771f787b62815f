/// Whole rows: the neurons of a linear layer, the filters of a convolution. The first dimension.
public struct Rows: PruningPattern {
  /// How the scores of a row become one.
  public let pooling: ScorePooling

  /// The pattern; by default a row's score is the L2 norm of its weights' scores, which suits magnitudes. Scores with signs
  /// (GraSP, movement) are better added, those of whole neurons averaged.
  public init(pooling: ScorePooling = .norm(2)) { self.pooling = pooling }
  /// The first dimension.
  public func unitCount(in shape: [Int]) -> Int { shape.first ?? 1 }
  /// The row.
  public func unit(row: Int, column: Int, in shape: [Int]) -> Int? { row }
}

/// Whole columns: the inputs of a linear layer, the input channels of a convolution. The second dimension.
public struct Columns: PruningPattern {
  /// How the scores of a column become one.
  public let pooling: ScorePooling

  /// The pattern; by default a column's score is the L2 norm of its weights' scores.
  public init(pooling: ScorePooling = .norm(2)) { self.pooling = pooling }
  /// The second dimension.
  public func unitCount(in shape: [Int]) -> Int { shape.count > 1 ? shape[1] : 1 }
  /// The column; that of all kernel positions of an input channel.
  public func unit(row: Int, column: Int, in shape: [Int]) -> Int? {
    shape.count > 1 ? column / max(shape.dropFirst(2).reduce(1, *), 1) : 0
  }
}

/// Blocks of `height` rows × `width` columns; those at the lower and right border may be smaller.
///
/// Plans have kernels of their own for 4, 8 or 16 rows × 1, 2, 4 or 8 columns.
public struct Blocks: PruningPattern {
  /// Rows of a block.
  public let height: Int
  /// Columns of a block.
  public let width: Int
  /// How the scores of a block become one.
  public let pooling: ScorePooling

  /// The pattern; by default a block's score is the mean of its weights' scores, so that smaller ones at the border compare
  /// fairly. Traps unless both sides are positive.
  public init(height: Int, width: Int, pooling: ScorePooling = .mean) {
    precondition(height > 0 && width > 0, "a block of \(height) × \(width) holds no weight")
    (self.height, self.width, self.pooling) = (height, width, pooling)
  }
  /// The blocks that cover the parameter.
  public func unitCount(in shape: [Int]) -> Int {
    let columns = shape.dropFirst().reduce(1, *)
    return ((shape.first ?? 1) + height - 1) / height * ((columns + width - 1) / width)
  }
  /// Blocks are counted row by row.
  public func unit(row: Int, column: Int, in shape: [Int]) -> Int? {
    let columns = shape.dropFirst().reduce(1, *)
    return row / height * ((columns + width - 1) / width) + column / width
  }
}

/// A parameter as a whole: with `GlobalDistribution` the layers that matter least go entirely.
///
/// A floor of 0 must allow it (`Pruner.minimumKept`); a chain of layers is cut where one is gone, a residual network is not.
public struct WholeParameter: PruningPattern {
  /// How the scores of the parameter become one.
  public let pooling: ScorePooling

  /// The pattern; by default the mean of the weights' scores.
  public init(pooling: ScorePooling = .mean) { self.pooling = pooling }
  /// One.
  public func unitCount(in shape: [Int]) -> Int { 1 }
  /// The only one.
  public func unit(row: Int, column: Int, in shape: [Int]) -> Int? { 0 }
}
