import EspalierTensors
import EspalierTestSupport
import Testing

/// Operations on several threads, called by several tasks at once: the pool serves one caller, the others go on alone.
@Suite struct ThreadsTests {
  @Test(arguments: Backend.available)
  func tasksAtOnceGetTheRightProducts(backend: Backend) async {
    let (m, n, k) = (96, 80, 1500)
    let ones = Tensor(repeating: 1, shape: [m * k + k * n])
    let products = await withTaskGroup(of: Bool.self) { group in
      for task in 1...8 {
        group.addTask {
          let compute = Compute(backend: backend, instructionSet: .current, threads: 1 + task % 5)
          return (0..<10).allSatisfy { _ in
            let c = product(ones, m: m, n: n, k: k, on: compute)
            return c.values.allSatisfy { $0 == Float(k) }
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(products == [Bool](repeating: true, count: 8))
  }

  /// A denormal operand counts as 0 inside, on every thread, and the caller's arithmetic is untouched.
  @Test(arguments: ComputeCase.all)
  func denormalsAreZeroInsideOnly(way: ComputeCase) {
    let tiny = Float.leastNormalMagnitude / 4
    var a = Tensor(repeating: tiny, shape: [1 << 19])
    let sum = Tensor(shape: a.shape) { y in
      a.withUnsafeMutableValues { a in
        let view = MatrixView(base: a.baseAddress!, rows: 1, columns: a.count)
        way.compute.add(view, view, into: MatrixView(base: y.baseAddress!, rows: 1, columns: y.count))
      }
    }
    #if arch(x86_64) || arch(arm64)
      #expect(sum.values.allSatisfy { $0 == 0 })
    #endif
    #expect(tiny + tiny == Float.leastNormalMagnitude / 2)
  }
}

private func product(_ ones: Tensor, m: Int, n: Int, k: Int, on compute: Compute) -> Tensor {
  Tensor(shape: [m, n]) { c in
    ones.withUnsafeValues { values in
      let base = UnsafeMutablePointer(mutating: values.baseAddress!)
      compute.multiply(
        MatrixView(base: base, rows: m, columns: k), by: MatrixView(base: base + m * k, rows: k, columns: n),
        into: MatrixView(base: c.baseAddress!, rows: m, columns: n))
    }
  }
}
