/// The rows of a matrix in the tiles that the sparse kernels read.
struct PackedTiles {
  let tiles: BatchTiles
  /// The floats of scratch memory that hold the tiles.
  let scratchCount: Int
  private let features: Int
  private let base: UnsafePointer<Float>

  /// Copies x into the tiles in `scratch`, on several threads; reads it in place where it is one tile already.
  init(_ x: MatrixView, of tiles: BatchTiles, compute: Compute, scratch: UnsafeMutablePointer<Float>) {
    self.tiles = tiles
    features = x.rows
    scratchCount = tiles.packedCount(features: x.rows)
    guard scratchCount > 0 else {
      base = UnsafePointer(x.base)
      return
    }
    base = UnsafePointer(scratch)
    let pack = compute.kernels.pack_tile
    compute.split(x.rows, minimum: max(1, Self.leastElementsPerThread / x.columns)) { rows in
      for tile in 0..<tiles.count {
        let samples = tiles.range(tile)
        pack(
          scratch + tiles.start(tile, features: x.rows) + rows.lowerBound * tiles.width(tile),
          x.base + rows.lowerBound * x.columns + samples.lowerBound, x.columns, rows.count, samples.count)
      }
    }
  }

  private static let leastElementsPerThread = 1 << 16

  /// The rows of a tile from feature `first` on.
  func rows(from first: Int, tile: Int) -> UnsafePointer<Float> {
    base + tiles.start(tile, features: features) + first * tiles.width(tile)
  }
}
