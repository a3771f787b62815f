/// Compares the routines of a C BLAS that the engine calls with the reference, over shapes at the borders of blocks.
///
/// Wrong kernels are a real fault: builds of OpenBLAS have computed wrong products on processors newer than themselves.
/// Takes a second or two.
public struct BackendCheck: Sendable {
  /// A wrong result.
  public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The routine, such as `cblas_sgemm NT`.
    public let routine: String
    /// Its sizes, such as `m 17, n 1, k 300`.
    public let shape: String
    /// The kernels that ran.
    public let core: String
    /// How many threads called at once.
    public let threads: Int
    /// The largest difference from the reference, in units of the bound on rounding.
    public let excess: Double

    package init(routine: String, shape: String, core: String, threads: Int, excess: Double) {
      self.routine = routine
      self.shape = shape
      self.core = core
      self.threads = threads
      self.excess = excess
    }

    /// One line that names the routine, the shape, the core and the remedy.
    public var description: String {
      "\(routine) is wrong (\(shape), core \(core), \(threads) threads at once: off by "
        + "\(excess.formatted(decimals: 1)) × the bound on rounding): set OPENBLAS_CORETYPE to an older core such as "
        + "Haswell, or use --backend reference"
    }
  }

  /// Calls that were compared, one a shape, variant and thread.
  public private(set) var comparisons = 0
  /// The wrong results, at most one a routine and number of threads.
  public private(set) var faults: [Fault] = []

  /// Changes a result, as a wrong kernel would: the routine, its sizes, the threads that call at once, and what was found.
  package typealias Distortion = @Sendable (String, [Int], Int, inout Tensor) -> Void

  /// Checks `backend` in one thread and in `threads` at once; nothing to do for the reference itself.
  public init(of backend: Backend, threads: Int = ThreadCount.current) {
    let shapes = backend == .reference ? [] : SgemmCase.edgeShapes.map(\.sizes)
    self.init(of: backend, threads: threads, shapes: shapes) { _, _, _, _ in }
  }

  /// The check of products of the given sizes [m, n, k] whose results are distorted before they are compared.
  package init(of backend: Backend, threads: Int, shapes: [[Int]], distorting distort: Distortion) {
    let variants: [SgemmCase.Variant] = [.plain, .transposeA, .transposeB]
    for count in Set([1, threads]).sorted() {
      for variant in variants {
        let cases = shapes.map {
          SgemmCase(variant: variant, shape: ProductShape(m: $0[0], n: $0[1], k: $0[2]))
        }
        check(cases, backend, threads: count, distort)
      }
    }
  }

  private mutating func check(
    _ cases: [SgemmCase], _ backend: Backend, threads: Int, _ distort: Distortion
  ) {
    for test in cases {
      let worst = test.worstExcess(of: backend, threads: threads, distort)
      comparisons += threads
      guard !(worst <= 1) else { continue }
      let compute = Compute(backend: backend, instructionSet: .current, threads: 1)
      faults.append(
        Fault(
          routine: test.variant.routine, shape: test.shape.text, core: compute.coreName, threads: threads,
          excess: worst))
      return
    }
  }

  /// The largest |found − expected| in units of `unit` · bound; NaN when a value is.
  package static func largestExcess(
    of found: Tensor, over expected: Tensor, bound: Tensor, unit: Double
  ) -> Double {
    var worst = 0.0
    for index in 0..<found.count {
      let difference = abs(Double(found[flat: index]) - Double(expected[flat: index]))
      let excess = difference / (unit * Double(bound[flat: index]) + .leastNormalMagnitude)
      if !(excess <= worst) { worst = excess }
      if worst.isNaN { return worst }
    }
    return worst
  }
}
