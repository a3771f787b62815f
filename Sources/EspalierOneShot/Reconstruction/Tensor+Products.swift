internal import EspalierTensors

extension Tensor {
  /// A matrix [m, n] times one of [n, p].
  func multiplied(by other: Tensor, on compute: Compute) -> Tensor {
    let (m, k, n) = (shape[0], shape[1], other.shape[1])
    var result = Tensor(zeros: [m, n])
    result.withUnsafeMutableValues { c in
      withUnsafeValues { a in
        other.withUnsafeValues { b in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          compute.multiply(
            MatrixProduct(m: m, n: n, k: k, a: a, aStride: k, b: b, bStride: n, c: c, cStride: n))
        }
      }
    }
    return result
  }

  /// Σ of the products of the elements, in double precision.
  func dot(_ other: Tensor) -> Double {
    withUnsafeValues { a in
      other.withUnsafeValues { b in
        var sum = 0.0
        for index in a.indices { sum += Double(a[index]) * Double(b[index]) }
        return sum
      }
    }
  }
}
