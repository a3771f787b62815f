/// How the samples of a batch are cut into tiles for the sparse kernels.
struct BatchTiles {
  let batch: Int
  /// The samples of every tile but the last.
  let samples: Int

  var count: Int { (batch + samples - 1) / samples }

  /// The samples of a tile.
  func range(_ tile: Int) -> Range<Int> { tile * samples..<min((tile + 1) * samples, batch) }

  /// The floats of one row of a copied tile: its samples, filled up to whole vectors of 16.
  func width(_ tile: Int) -> Int { (range(tile).count + 15) / 16 * 16 }

  /// Consecutive tiles whose activations and sums are in the caches at the same time.
  var runs: some Sequence<Range<Int>> {
    let (tilesPerRun, count) = (max(1, Self.samplesPerRun / samples), count)
    return stride(from: 0, to: count, by: tilesPerRun).lazy.map { $0..<min($0 + tilesPerRun, count) }
  }

  /// The floats of the copied tiles of a run over `columns` columns.
  static func runCount(batch: Int, columns: Int) -> Int {
    min((batch + 15) / 16 * 16, samplesPerRun) * columns
  }

  private static let samplesPerRun = 256
}
