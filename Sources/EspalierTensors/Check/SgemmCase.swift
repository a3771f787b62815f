/// One product to compare with the reference.
struct SgemmCase {
  /// Which operands are transposed.
  enum Variant: CaseIterable {
    case plain
    case transposeA
    case transposeB

    var routine: String {
      switch self {
      case .plain: "cblas_sgemm NN"
      case .transposeA: "cblas_sgemm TN"
      case .transposeB: "cblas_sgemm NT"
      }
    }
  }

  let variant: Variant
  let shape: ProductShape

  /// Sizes around the widths of register tiles, vectors and cache blocks, and those of everyday layers.
  static let edgeShapes: [ProductShape] =
    [1, 3, 16, 17, 49].flatMap { m in
      [1, 2, 15, 33, 64].flatMap { n in [1, 5, 31, 64, 257].map { ProductShape(m: m, n: n, k: $0) } }
    } + [
      ProductShape(m: 300, n: 64, k: 784), ProductShape(m: 784, n: 64, k: 300),
      ProductShape(m: 300, n: 784, k: 64),
      ProductShape(m: 10, n: 512, k: 100), ProductShape(m: 513, n: 129, k: 1030),
      ProductShape(m: 1, n: 1, k: 5000),
    ]

  /// The largest difference of a result from the reference, in units of the bound on rounding, over `threads` calls at
  /// once; NaN when a result is.
  func worstExcess(of backend: Backend, threads: Int, _ distort: BackendCheck.Distortion) -> Double {
    let operands = SgemmOperands(shape)
    let expected = operands.product(variant, on: .reference)
    let bound = operands.magnitudes.product(variant, on: .reference)
    let error = 2 * Double(shape.k + 3) * 0x1p-24
    var worst = [Double](repeating: 0, count: threads)
    worst.withUnsafeMutableBufferPointer { worst in
      WorkerPool.shared.perform(parts: threads) { part in
        var found = operands.product(variant, on: backend)
        distort(variant.routine, shape.sizes, threads, &found)
        worst[part] = BackendCheck.largestExcess(of: found, over: expected, bound: bound, unit: error)
      }
    }
    return worst.reduce(0) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
  }
}

/// The operands of a product, both as they are and transposed in memory.
private struct SgemmOperands {
  let shape: ProductShape
  private let a: Tensor
  private let b: Tensor

  init(_ shape: ProductShape) {
    var generator = Xoshiro256(seed: 1)
    self.shape = shape
    a = Tensor(uniform: -1..<1, shape: [shape.m * shape.k], using: &generator)
    b = Tensor(uniform: -1..<1, shape: [shape.k * shape.n], using: &generator)
  }

  private init(shape: ProductShape, a: Tensor, b: Tensor) {
    self.shape = shape
    self.a = a
    self.b = b
  }

  /// The absolute values, whose product bounds the rounding errors.
  var magnitudes: SgemmOperands {
    SgemmOperands(
      shape: shape, a: Tensor(a.values.map(abs), shape: a.shape), b: Tensor(b.values.map(abs), shape: b.shape)
    )
  }

  func product(_ variant: SgemmCase.Variant, on backend: Backend) -> Tensor {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    return Tensor(shape: [m, n]) { c in
      c.initialize(repeating: .nan)
      a.withUnsafeValues { a in
        b.withUnsafeValues { b in
          var product = MatrixProduct(
            m: m, n: n, k: k, a: a.baseAddress!, aStride: variant == .transposeA ? m : k, b: b.baseAddress!,
            bStride: variant == .transposeB ? k : n, c: c.baseAddress!, cStride: n)
          product.transposeA = variant == .transposeA
          product.transposeB = variant == .transposeB
          Compute(backend: backend, instructionSet: .current, threads: 1).multiply(product)
        }
      }
    }
  }
}
