/// A 28×28 sheet of ink between 0 and 1; pixel (column, row) covers the unit square around (column + ½, row +
/// ½).
struct DigitCanvas {
  private let ink: UnsafeMutableBufferPointer<Float>

  /// A blank sheet in memory of 784 values, which it initializes.
  init(clearing memory: UnsafeMutableBufferPointer<Float>) {
    ink = memory
    ink.initialize(repeating: 0)
  }

  /// Draws a line of round ends: darkness · coverage, with the coverage of a pixel falling from 1 to 0 across
  /// the rim of the pen by the distance of the pixel's centre. Overlapping lines do not add up.
  func line(from start: SIMD2<Float>, to end: SIMD2<Float>, radius: Float, darkness: Float) {
    let reach = radius + 0.5
    let columns = Self.cells(min(start.x, end.x) - reach, max(start.x, end.x) + reach)
    let rows = Self.cells(min(start.y, end.y) - reach, max(start.y, end.y) + reach)
    let along = end - start
    let squaredLength = (along * along).sum()
    let inverse = squaredLength > 0 ? 1 / squaredLength : 0
    for row in rows {
      for column in columns {
        let offset = SIMD2(Float(column) + 0.5, Float(row) + 0.5) - start
        let nearest = max(0, min(1, (offset * along).sum() * inverse))
        let gap = offset - nearest * along
        let squaredDistance = (gap * gap).sum()
        guard squaredDistance < reach * reach else { continue }
        let coverage = min(1, reach - squaredDistance.squareRoot())
        let place = row * DigitPainter.side + column
        ink[place] = max(ink[place], darkness * coverage)
      }
    }
  }

  /// Fades the ink of a disc to `remainder` of what it was, smoothly over its outer pixel.
  func fade(around centre: SIMD2<Float>, radius: Float, remainder: Float) {
    let reach = radius + 0.5
    for row in Self.cells(centre.y - reach, centre.y + reach) {
      for column in Self.cells(centre.x - reach, centre.x + reach) {
        let gap = SIMD2(Float(column) + 0.5, Float(row) + 0.5) - centre
        let covered = max(0, min(1, reach - (gap * gap).sum().squareRoot()))
        ink[row * DigitPainter.side + column] *= 1 - covered * (1 - remainder)
      }
    }
  }

  /// Makes the ink uneven: each inked pixel is scaled by a random factor of at least 1 − `amount`.
  func grain(_ amount: Float, using stream: inout DigitStream) {
    for place in ink.indices where ink[place] > 0 { ink[place] *= 1 - stream.uniform(0, amount) }
  }

  /// Raises one pixel to at least the given ink.
  func speck(column: Int, row: Int, darkness: Float) {
    let place = row * DigitPainter.side + column
    ink[place] = max(ink[place], darkness)
  }

  /// Writes the ink as bytes, 255 for full ink.
  func write(into pixels: UnsafeMutableBufferPointer<UInt8>) {
    for place in ink.indices { pixels[place] = UInt8(min(1, ink[place]) * 255 + 0.5) }
  }

  /// The pixels of one axis whose centres lie between two coordinates, at least one to either side.
  private static func cells(_ lower: Float, _ upper: Float) -> Range<Int> {
    let side = DigitPainter.side
    let first = max(0, min(side, Int(lower)))
    return first..<max(first, min(side, Int(upper) + 1))
  }
}
