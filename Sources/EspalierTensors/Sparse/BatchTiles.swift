/// How the samples of a batch are cut into tiles for the sparse kernels.
struct BatchTiles {
  let batch: Int
  /// The samples of every tile but the last.
  let samples: Int

  var count: Int { (batch + samples - 1) / samples }

  /// The samples of a tile.
  func range(_ tile: Int) -> Range<Int> { tile * samples..<min((tile + 1) * samples, batch) }

  /// The floats of one row of a tile: its samples and what fills them up to 16, 32 or 64.
  func width(_ tile: Int) -> Int {
    switch range(tile).count {
    case ...16: 16
    case ...32: 32
    default: 64
    }
  }

  /// Where the rows of a tile start when all tiles of a matrix with `features` rows lie one after the other.
  func start(_ tile: Int, features: Int) -> Int { tile * samples * features }

  /// The floats of all tiles of a matrix with `features` rows; 0 if the matrix itself is the one tile.
  func packedCount(features: Int) -> Int {
    guard count > 0, !isInPlace else { return 0 }
    return start(count - 1, features: features) + width(count - 1) * features
  }

  /// Whether the rows of the matrix already are the rows of a tile.
  var isInPlace: Bool { count == 1 && width(0) == batch }
}
