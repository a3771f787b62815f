internal import CEspalierKernels

/// Gives the kernels the activations of a block's columns in tiles: rows of some samples of the batch.
///
/// A tile is read in place, row by row of the batch matrix, or copied together first. A copy fills the first-level cache
/// evenly, so it is worth its cost where the tile is read often; and only a copy can fill the last samples up to a whole
/// vector.
struct TilePacker {
  let tiles: BatchTiles
  private let x: MatrixView
  private let compute: Compute

  init(_ x: MatrixView, tiles: BatchTiles, compute: Compute) {
    self.x = x
    self.tiles = tiles
    self.compute = compute
  }

  /// One tile for the kernels.
  struct Tile {
    let base: UnsafePointer<Float>
    let stride: Int
  }

  /// Copies the tiles of a run that are not read in place into `buffer`. Each row of the features will be read
  /// `readings` times.
  func pack(
    _ run: Range<Int>, of features: Range<Int>, readings: Int, into buffer: UnsafeMutablePointer<Float>
  ) -> Packed {
    let packed = Packed(packer: self, run: run, features: features, readings: readings, buffer: buffer)
    for tile in run where !isInPlace(tile, readings: readings) {
      let samples = tiles.range(tile)
      compute.kernels.pack_tile(
        buffer + packed.offset(of: tile), x.base + features.lowerBound * x.columns + samples.lowerBound,
        x.columns, features.count, samples.count)
    }
    return packed
  }

  private func isInPlace(_ tile: Int, readings: Int) -> Bool {
    tiles.range(tile).count % 16 == 0 && (readings < Self.readingsWorthACopy || tiles.count == 1)
  }

  /// Measured: copying a row of 64 samples takes 8 ns, and reading one in place 0.4 ns longer.
  private static let readingsWorthACopy = 20

  /// The tiles of a run over some features.
  struct Packed {
    fileprivate let packer: TilePacker
    fileprivate let run: Range<Int>
    fileprivate let features: Range<Int>
    fileprivate let readings: Int
    fileprivate let buffer: UnsafeMutablePointer<Float>

    subscript(tile: Int) -> Tile {
      let x = packer.x
      if packer.isInPlace(tile, readings: readings) {
        let first = features.lowerBound * x.columns + packer.tiles.range(tile).lowerBound
        return Tile(base: x.base + first, stride: x.columns)
      }
      return Tile(base: UnsafePointer(buffer + offset(of: tile)), stride: packer.tiles.width(tile))
    }

    fileprivate func offset(of tile: Int) -> Int {
      (tile - run.lowerBound) * packer.tiles.samples * features.count
    }
  }
}
