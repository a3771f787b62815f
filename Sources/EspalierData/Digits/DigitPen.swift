/// How one sample is written: a glyph, a distortion, a pen, and what happens to the sheet afterwards.
struct DigitPen {
  private var stream: DigitStream
  private let canvas: DigitCanvas

  init(stream: DigitStream, canvas: DigitCanvas) {
    self.stream = stream
    self.canvas = canvas
  }

  /// Writes the digit, wears the ink, then adds clutter.
  mutating func write(_ digit: Int) {
    let variants = DigitGlyph.all[digit]
    let glyph = variants[stream.below(variants.count)]
    let distortion = DigitDistortion(using: &stream)
    let radius = stream.uniform(0.55, 1.45)
    let darkness = stream.uniform(0.65, 1.1)
    let jitter = stream.uniform(0.005, 0.03)
    for stroke in glyph.strokes {
      draw(stroke, through: distortion, radius: radius, darkness: darkness, jitter: jitter)
    }
    if stream.chance(0.25) { rub() }
    scribble()
    canvas.grain(0.3, using: &stream)
    for _ in 0..<stream.below(6) {
      canvas.speck(
        column: stream.below(DigitPainter.side), row: stream.below(DigitPainter.side),
        darkness: stream.uniform(0.1, 0.6))
    }
  }

  /// Draws a stroke as short lines along its Hermite curve; the pen's pressure drifts from one end to the
  /// other.
  private mutating func draw(
    _ stroke: [Knot], through distortion: DigitDistortion, radius: Float, darkness: Float, jitter: Float
  ) {
    var knots = stroke
    for index in knots.indices { knots[index].position += jitter * stream.bellVector() }
    var pressure = 1 + 0.13 * stream.bell()
    let drift = (1 + 0.13 * stream.bell() - pressure) / Float((knots.count - 1) * Self.linesPerSpan)
    var previous = distortion(knots[0].position)
    for span in 0..<knots.count - 1 {
      let start = knots[span].position
      let end = knots[span + 1].position
      let leaving = Self.tangent(knots, at: span, chord: end - start)
      let arriving = Self.tangent(knots, at: span + 1, chord: end - start)
      for step in 1...Self.linesPerSpan {
        let t = Float(step) / Float(Self.linesPerSpan)
        let point = distortion(Self.hermite(t, start, end, leaving, arriving))
        canvas.line(
          from: previous, to: point, radius: radius * max(0.6, pressure),
          darkness: min(1, darkness * pressure))
        previous = point
        pressure += drift
      }
    }
  }

  /// Fades a disc somewhere in the middle of the sheet.
  private mutating func rub() {
    let centre = SIMD2(repeating: Float(DigitPainter.side) / 2) + 4.5 * stream.bellVector()
    canvas.fade(around: centre, radius: stream.uniform(1.2, 2.8), remainder: stream.uniform(0.1, 0.6))
  }

  /// Up to two faint stray lines anywhere.
  private mutating func scribble() {
    for _ in 0..<stream.below(3) {
      let side = Float(DigitPainter.side)
      let start = SIMD2(stream.uniform(0, side), stream.uniform(0, side))
      let middle = start + 3 * stream.bellVector()
      let end = middle + 3 * stream.bellVector()
      let radius = stream.uniform(0.3, 0.9)
      let darkness = stream.uniform(0.15, 0.45)
      canvas.line(from: start, to: middle, radius: radius, darkness: darkness)
      canvas.line(from: middle, to: end, radius: radius, darkness: darkness)
    }
  }

  private static let linesPerSpan = 5

  /// The direction at a knot: half the way between its neighbours (Catmull and Rom, 1974); at corners and
  /// ends the chord of the span itself, so that a span between two of them is straight.
  private static func tangent(_ knots: [Knot], at index: Int, chord: SIMD2<Float>) -> SIMD2<Float> {
    guard index > 0, index < knots.count - 1, !knots[index].isCorner else { return chord }
    return 0.5 * (knots[index + 1].position - knots[index - 1].position)
  }

  /// The cubic with the given ends and end tangents.
  private static func hermite(
    _ t: Float, _ start: SIMD2<Float>, _ end: SIMD2<Float>, _ leaving: SIMD2<Float>, _ arriving: SIMD2<Float>
  ) -> SIMD2<Float> {
    let rest = 1 - t
    let first = rest * rest * ((1 + 2 * t) * start + t * leaving)
    return first + t * t * ((3 - 2 * t) * end - rest * arriving)
  }
}
