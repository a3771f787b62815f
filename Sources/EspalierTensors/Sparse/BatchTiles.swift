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

  /// Whether the rows of a matrix already are the rows of the one tile.
  var isInPlace: Bool { count == 1 && width(0) == batch }

  /// Consecutive tiles whose activations and sums are in the caches at the same time.
  var runs: [Range<Int>] {
    let tilesPerRun = max(1, Self.samplesPerRun / samples)
    return stride(from: 0, to: count, by: tilesPerRun).map { $0..<min($0 + tilesPerRun, count) }
  }

  /// The most floats of the tiles of a run over `columns` columns, whatever the width of a tile is.
  static func runCount(batch: Int, columns: Int) -> Int {
    min((batch + 15) / 16 * 16 + 16, samplesPerRun) * columns
  }

  private static let samplesPerRun = 256
}
