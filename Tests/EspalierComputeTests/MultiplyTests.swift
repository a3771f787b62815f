import EspalierTensors
import EspalierTestSupport
import Testing

/// Dense products on every backend against sums in `Double`.
///
/// Whatever the order of a sum, fused or not, k products and k − 1 additions are off by at most γ(k) · Σ |a| · |b| with
/// γ(k) = k·u / (1 − k·u), u = 2⁻²⁴ (N. Higham, "Accuracy and stability of numerical algorithms", 2nd ed., section 3.1).
@Suite struct MultiplyTests {
  @Test(arguments: Variant.allCases, [0, 1, 2, 5, 16, 17])
  func smallShapes(_ variant: Variant, m: Int) {
    for n in [0, 1, 3, 16, 33] {
      for k in [0, 1, 7, 16, 65] { Product(variant, m: m, n: n, k: k).check() }
    }
  }

  /// Tall, wide, deep, and large enough to be split over threads, by rows and by columns.
  @Test(
    arguments: Variant.allCases, [(501, 3, 2), (3, 501, 2), (2, 3, 1501), (150, 67, 300), (67, 150, 301)])
  func largeShapes(_ variant: Variant, _ shape: (m: Int, n: Int, k: Int)) {
    Product(variant, m: shape.m, n: shape.n, k: shape.k).check()
  }

  @Test func shapesThatDisagreeTrap() async {
    await #expect(processExitsWith: .failure) { multiply((2, 3), (4, 5), into: (2, 5)) }
    await #expect(processExitsWith: .failure) { multiply((2, 3), (3, 5), into: (2, 4)) }
    await #expect(processExitsWith: .success) { multiply((2, 3), (3, 5), into: (2, 5)) }
  }
}

enum Variant: CaseIterable, Sendable {
  case plain
  case transposedLeft
  case transposedRight
}

private func multiply(_ a: (Int, Int), _ b: (Int, Int), into c: (Int, Int)) {
  var memory = Tensor(zeros: [100])
  memory.withUnsafeMutableValues {
    let base = $0.baseAddress!
    Compute.current.multiply(
      MatrixView(base: base, rows: a.0, columns: a.1), by: MatrixView(base: base, rows: b.0, columns: b.1),
      into: MatrixView(base: base + 50, rows: c.0, columns: c.1))
  }
}

/// A product of random operands.
private struct Product: CustomStringConvertible {
  let variant: Variant
  let (m, n, k): (Int, Int, Int)
  let seed: UInt64
  let a: Tensor
  let b: Tensor

  init(_ variant: Variant, m: Int, n: Int, k: Int) {
    self.variant = variant
    (self.m, self.n, self.k) = (m, n, k)
    seed = UInt64((m * 1000 + n) * 2000 + k)
    var generator = Xoshiro256(seed: seed)
    a = Tensor(
      uniform: -1..<1, shape: variant == .transposedLeft ? [k, m] : [m, k], using: &generator)
    b = Tensor(
      uniform: -1..<1, shape: variant == .transposedRight ? [n, k] : [k, n], using: &generator)
  }

  var description: String { "\(variant), m \(m), n \(n), k \(k), seed \(seed)" }

  func check() {
    let unit = Double(k) * 0x1p-24
    let gamma = unit / (1 - unit)
    let exact = exactElements()
    for way in ComputeCase.all {
      let found = product(on: way.compute)
      let wrong = exact.indices.first { index in
        !((Double(found[index]) - exact[index].sum).magnitude <= gamma * exact[index].magnitude)
      }
      guard let wrong else { continue }
      Issue.record(
        "\(self), \(way): \(found[wrong]) at (\(wrong / n), \(wrong % n)), expected \(exact[wrong].sum)")
    }
  }

  /// The engine's C, which starts as NaN and is therefore neither read nor left out. Traps when it writes beside C.
  private func product(on compute: Compute) -> [Float] {
    let margin = 16
    var memory = [Float](repeating: .nan, count: m * n + 2 * margin)
    memory.withUnsafeMutableBufferPointer { memory in
      let c = MatrixView(base: memory.baseAddress! + margin, rows: m, columns: n)
      a.withMatrix { a in
        b.withMatrix { b in
          switch variant {
          case .plain: compute.multiply(a, by: b, into: c)
          case .transposedLeft: compute.multiply(transposed: a, by: b, into: c)
          case .transposedRight: compute.multiply(a, byTransposed: b, into: c)
          }
        }
      }
    }
    #expect((memory.prefix(margin) + memory.suffix(margin)).allSatisfy { $0.isNaN }, "\(self)")
    return Array(memory.dropFirst(margin).prefix(m * n))
  }

  private func exactElements() -> [(sum: Double, magnitude: Double)] {
    let (rowStep, leftStep) = variant == .transposedLeft ? (1, m) : (k, 1)
    let (columnStep, rightStep) = variant == .transposedRight ? (k, 1) : (1, n)
    return a.withUnsafeValues { a in
      b.withUnsafeValues { b in
        (0..<m * n).map { index in
          var (sum, magnitude) = (0.0, 0.0)
          var (left, right) = (index / n * rowStep, index % n * columnStep)
          for _ in 0..<k {
            let term = Double(a[left]) * Double(b[right])
            sum += term
            magnitude += term.magnitude
            left += leftStep
            right += rightStep
          }
          return (sum, magnitude)
        }
      }
    }
  }
}

extension Tensor {
  fileprivate func withMatrix(_ body: (MatrixView) -> Void) {
    withUnsafeValues {
      body(
        MatrixView(
          base: UnsafeMutablePointer(mutating: $0.baseAddress!), rows: shape[0], columns: shape[1]))
    }
  }
}
