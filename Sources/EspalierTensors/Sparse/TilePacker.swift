/// Puts the activations of a block's columns into the tiles that the kernels read.
struct TilePacker {
  let tiles: BatchTiles
  private let x: MatrixView
  private let pack: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int, Int, Int) -> Void

  init(_ x: MatrixView, tiles: BatchTiles, compute: Compute) {
    self.x = x
    self.tiles = tiles
    pack = compute.kernels.pack_tile
  }

  /// The tiles of a run over the rows `features` of x: in `buffer`, or in place where x is one tile already.
  func tiles(_ run: Range<Int>, of features: Range<Int>, in buffer: UnsafeMutablePointer<Float>) -> Tiles {
    if tiles.isInPlace {
      return Tiles(base: x.base + features.lowerBound * x.columns, distance: 0, first: 0)
    }
    let distance = features.count * tiles.samples
    for tile in run {
      let samples = tiles.range(tile)
      pack(
        buffer + (tile - run.lowerBound) * distance,
        x.base + features.lowerBound * x.columns + samples.lowerBound, x.columns, features.count,
        samples.count)
    }
    return Tiles(base: UnsafePointer(buffer), distance: distance, first: run.lowerBound)
  }

  /// The tiles of a run.
  struct Tiles {
    fileprivate let base: UnsafePointer<Float>
    fileprivate let distance: Int
    fileprivate let first: Int

    subscript(tile: Int) -> UnsafePointer<Float> { base + (tile - first) * distance }
  }
}
