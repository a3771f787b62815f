/// Where the points of a glyph land on the 28×28 canvas: a random affine map after a random smooth
/// displacement.
///
/// p ↦ c + t + A·(p − ½ + d(p)), with c the centre of the canvas, t a translation, A = rotation · shear ·
/// scale, and d an elastic field: displacements at the nodes of a coarse lattice, blended smoothly between
/// them. A field that moves the points of a stroke leaves its width alone, unlike a warp of the finished
/// image.
struct DigitDistortion {
  private let columnX: SIMD2<Float>
  private let columnY: SIMD2<Float>
  private let origin: SIMD2<Float>
  private let displacements: [SIMD2<Float>]

  /// Nodes along one side of the lattice.
  private static let nodes = 4

  init(using stream: inout DigitStream) {
    let height = stream.uniform(15.3, 21.5)
    let width = height * stream.uniform(0.7, 1.1)
    let shear = 0.185 * stream.bell()
    // The half angle's tangent gives sine and cosine by arithmetic alone, the same on every platform.
    let tangent = 0.07 * stream.bell()
    let norm = 1 / (1 + tangent * tangent)
    let cosine = (1 - tangent * tangent) * norm
    let sine = 2 * tangent * norm
    columnX = width * SIMD2(cosine, sine)
    columnY = height * (SIMD2(-sine, cosine) - shear * SIMD2(cosine, sine))
    origin = SIMD2(repeating: Float(DigitPainter.side) / 2) + 1.15 * stream.bellVector()
    let strength = stream.uniform(0.02, 0.07)
    var displacements = [SIMD2<Float>]()
    displacements.reserveCapacity(Self.nodes * Self.nodes)
    for _ in 0..<Self.nodes * Self.nodes { displacements.append(strength * stream.bellVector()) }
    self.displacements = displacements
  }

  /// The place on the canvas, in pixels, of a point of the unit square.
  func callAsFunction(_ point: SIMD2<Float>) -> SIMD2<Float> {
    let moved = point - 0.5 + displacement(at: point)
    return origin + moved.x * columnX + moved.y * columnY
  }

  private func displacement(at point: SIMD2<Float>) -> SIMD2<Float> {
    let last = Float(Self.nodes - 1)
    let place = (point * last).clamped(lowerBound: .zero, upperBound: SIMD2(repeating: last - 0.001))
    let cell = place.rounded(.down)
    let fraction = place - cell
    let blend = fraction * fraction * (3 - 2 * fraction)
    let node = Int(cell.y) * Self.nodes + Int(cell.x)
    let upper = displacements[node] + blend.x * (displacements[node + 1] - displacements[node])
    let below = node + Self.nodes
    let lower = displacements[below] + blend.x * (displacements[below + 1] - displacements[below])
    return upper + blend.y * (lower - upper)
  }
}
