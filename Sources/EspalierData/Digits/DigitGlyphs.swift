/// A point a pen passes through, in the unit square of a glyph: x to the right, y downwards.
struct Knot {
  var position: SIMD2<Float>
  /// Whether the pen turns sharply here; elsewhere the curve is smooth.
  var isCorner: Bool
}

/// One way of writing a digit: the knots of each stroke.
struct DigitGlyph {
  let strokes: [[Knot]]

  init(_ strokes: [Knot]...) { self.strokes = strokes }

  /// The ways each of the ten digits is written.
  static let all: [[DigitGlyph]] = [
    zeros, ones, twos, threes, fours, fives, sixes, sevens, eights, nines,
  ]
}

private func at(_ x: Float, _ y: Float) -> Knot { Knot(position: [x, y], isCorner: false) }
private func corner(_ x: Float, _ y: Float) -> Knot { Knot(position: [x, y], isCorner: true) }

private let zeros = [
  DigitGlyph([
    at(0.52, 0.02), at(0.28, 0.14), at(0.18, 0.50), at(0.28, 0.86), at(0.50, 0.98), at(0.74, 0.84),
    at(0.82, 0.50), at(0.72, 0.14), at(0.46, 0.02),
  ]),
  DigitGlyph([
    at(0.66, 0.08), at(0.46, 0.06), at(0.30, 0.34), at(0.26, 0.72), at(0.38, 0.96), at(0.58, 0.90),
    at(0.72, 0.58), at(0.74, 0.22), at(0.56, 0.02),
  ]),
]

private let ones = [
  DigitGlyph([at(0.54, 0.00), at(0.51, 0.50), at(0.47, 1.00)]),
  DigitGlyph([at(0.30, 0.24), corner(0.55, 0.00), at(0.54, 0.50), at(0.52, 1.00)]),
  DigitGlyph(
    [at(0.32, 0.20), corner(0.54, 0.02), at(0.53, 0.50), at(0.52, 0.97)],
    [at(0.30, 0.98), at(0.76, 0.97)]),
]

private let twos = [
  DigitGlyph([
    at(0.20, 0.24), at(0.36, 0.04), at(0.62, 0.03), at(0.76, 0.22), at(0.66, 0.48), at(0.42, 0.74),
    corner(0.18, 0.97), at(0.50, 0.97), at(0.84, 0.96),
  ]),
  DigitGlyph([
    at(0.20, 0.20), at(0.42, 0.02), at(0.70, 0.12), at(0.70, 0.40), at(0.48, 0.74), at(0.26, 0.94),
    at(0.16, 0.86), at(0.30, 0.76), at(0.52, 0.88), at(0.68, 0.97), at(0.88, 0.88),
  ]),
]

private let threes = [
  DigitGlyph([
    at(0.22, 0.14), at(0.46, 0.00), at(0.72, 0.12), at(0.66, 0.36), corner(0.42, 0.46), at(0.70, 0.55),
    at(0.78, 0.76), at(0.56, 0.98), at(0.30, 0.97), at(0.16, 0.82),
  ]),
  DigitGlyph([
    at(0.20, 0.03), corner(0.76, 0.03), corner(0.46, 0.40), at(0.72, 0.50), at(0.80, 0.72),
    at(0.62, 0.95), at(0.36, 0.98), at(0.18, 0.86),
  ]),
]

private let fours = [
  DigitGlyph(
    [at(0.30, 0.02), at(0.26, 0.30), corner(0.18, 0.56), at(0.50, 0.56), at(0.86, 0.54)],
    [at(0.70, 0.10), at(0.67, 0.50), at(0.63, 1.00)]),
  DigitGlyph(
    [at(0.64, 0.00), at(0.40, 0.34), corner(0.14, 0.66), at(0.50, 0.66), at(0.88, 0.65)],
    [at(0.64, 0.00), at(0.64, 0.50), at(0.62, 1.00)]),
]

private let fives = [
  DigitGlyph([
    at(0.78, 0.03), corner(0.30, 0.04), corner(0.26, 0.44), at(0.52, 0.37), at(0.76, 0.50),
    at(0.77, 0.78), at(0.54, 0.98), at(0.20, 0.92),
  ]),
  DigitGlyph(
    [
      at(0.36, 0.04), corner(0.28, 0.45), at(0.56, 0.42), at(0.74, 0.62), at(0.64, 0.88), at(0.42, 0.99),
      at(0.20, 0.90),
    ],
    [at(0.36, 0.04), at(0.80, 0.01)]),
]

private let sixes = [
  DigitGlyph([
    at(0.70, 0.02), at(0.42, 0.20), at(0.24, 0.56), at(0.27, 0.86), at(0.50, 0.99), at(0.74, 0.86),
    at(0.72, 0.62), at(0.50, 0.52), at(0.28, 0.68),
  ]),
  DigitGlyph([
    at(0.48, 0.00), at(0.30, 0.40), at(0.22, 0.74), at(0.36, 0.97), at(0.62, 0.96), at(0.76, 0.76),
    at(0.60, 0.58), at(0.38, 0.62), at(0.25, 0.78),
  ]),
]

private let sevens = [
  DigitGlyph([at(0.18, 0.05), corner(0.80, 0.04), at(0.58, 0.48), at(0.44, 1.00)]),
  DigitGlyph(
    [at(0.20, 0.14), corner(0.24, 0.03), corner(0.80, 0.03), at(0.56, 0.50), at(0.42, 1.00)],
    [at(0.36, 0.52), at(0.76, 0.48)]),
]

private let eights = [
  DigitGlyph([
    at(0.71, 0.13), at(0.50, 0.01), at(0.29, 0.14), at(0.36, 0.34), at(0.63, 0.56), at(0.75, 0.78),
    at(0.52, 0.99), at(0.26, 0.82), at(0.37, 0.58), at(0.64, 0.36), at(0.72, 0.16),
  ]),
  DigitGlyph(
    [
      at(0.54, 0.02), at(0.34, 0.08), at(0.28, 0.24), at(0.36, 0.41), at(0.52, 0.46), at(0.66, 0.39),
      at(0.72, 0.22), at(0.64, 0.06), at(0.48, 0.02),
    ],
    [
      at(0.50, 0.46), at(0.30, 0.54), at(0.22, 0.74), at(0.32, 0.94), at(0.52, 0.99), at(0.70, 0.92),
      at(0.78, 0.72), at(0.68, 0.53), at(0.48, 0.46),
    ]),
]

private let nines = [
  DigitGlyph([
    at(0.74, 0.20), at(0.54, 0.02), at(0.30, 0.12), at(0.26, 0.36), at(0.46, 0.49), at(0.67, 0.38),
    corner(0.75, 0.16), at(0.71, 0.58), at(0.66, 1.00),
  ]),
  DigitGlyph([
    at(0.76, 0.26), at(0.60, 0.04), at(0.36, 0.06), at(0.24, 0.28), at(0.40, 0.48), at(0.64, 0.44),
    corner(0.76, 0.22), at(0.74, 0.66), at(0.58, 0.94), at(0.28, 0.95),
  ]),
]
