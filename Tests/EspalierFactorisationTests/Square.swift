import EspalierTensors

/// A square matrix in double precision, for oracles.
struct Square {
  let size: Int
  var values: [Double]

  init(size: Int, values: [Double]) {
    self.size = size
    self.values = values
  }

  init(_ tensor: Tensor) { self.init(size: tensor.shape[0], values: tensor.values.map(Double.init)) }

  var tensor: Tensor { Tensor(values.map(Float.init), shape: [size, size]) }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * size + column] }
    set { values[row * size + column] = newValue }
  }

  static func identity(_ size: Int) -> Square {
    Square(size: size, values: (0..<size * size).map { $0 / size == $0 % size ? 1 : 0 })
  }

  /// Q · diag(λ) · Qᵀ with eigenvalues from 1 down to 1 / condition, Q of random reflections; rounded to single precision.
  static func positiveDefinite(_ size: Int, condition: Double, seed: UInt64) -> Square {
    var generator = Xoshiro256(seed: seed)
    var matrix = identity(size)
    for index in 0..<size {
      let share = size > 1 ? Double(index) / Double(size - 1) : 0
      // The middle ones lie evenly between the ends.
      matrix[index, index] = 1 - share * (1 - 1 / condition)
    }
    for _ in 0..<3 { matrix.reflect(along: (0..<size).map { _ in .random(in: -1..<1, using: &generator) }) }
    return Square(matrix.tensor.symmetric)
  }

  /// H · A · H with H = I − 2 v vᵀ / vᵀv.
  private mutating func reflect(along v: [Double]) {
    let length = v.reduce(0) { $0 + $1 * $1 }
    guard length > 0 else { return }
    var reflection = Square.identity(size)
    for row in 0..<size {
      for column in 0..<size { reflection[row, column] -= 2 * v[row] * v[column] / length }
    }
    self = reflection * self * reflection
  }

  static func * (a: Square, b: Square) -> Square {
    var c = Square(size: a.size, values: [Double](repeating: 0, count: a.size * a.size))
    a.values.withUnsafeBufferPointer { a in
      b.values.withUnsafeBufferPointer { b in
        c.values.withUnsafeMutableBufferPointer { c in
          let size = b.count == 0 ? 0 : Int(Double(b.count).squareRoot().rounded())
          for row in 0..<size {
            for inner in 0..<size {
              let factor = a[row * size + inner]
              for column in 0..<size { c[row * size + column] += factor * b[inner * size + column] }
            }
          }
        }
      }
    }
    return c
  }

  static func - (a: Square, b: Square) -> Square {
    Square(size: a.size, values: zip(a.values, b.values).map(-))
  }

  var transposed: Square {
    Square(size: size, values: (0..<size * size).map { self[$0 % size, $0 / size] })
  }

  /// Frobenius'.
  var norm: Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
  var isLowerTriangular: Bool {
    (0..<size).allSatisfy { row in (row + 1..<size).allSatisfy { self[row, $0] == 0 } }
  }
  var isSymmetric: Bool {
    (0..<size).allSatisfy { row in (0..<row).allSatisfy { self[row, $0] == self[$0, row] } }
  }
}

extension Tensor {
  /// A square matrix, its upper triangle after its lower one.
  fileprivate var symmetric: Tensor {
    let size = shape[0]
    return Tensor(
      (0..<size * size).map { self[max($0 / size, $0 % size), min($0 / size, $0 % size)] }, shape: shape)
  }
}
