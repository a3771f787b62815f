import EspalierTensors

/// A seeded random weight, mask and batch, with the products in double precision and their error bounds.
struct SparseCase: CustomStringConvertible {
  let rows: Int
  let columns: Int
  let batch: Int
  let seed: UInt64
  let weight: Tensor
  let mask: Mask
  let bias: [Float]
  let x: [Float]
  let dy: [Float]

  init(
    rows: Int, columns: Int, batch: Int, density: Double, seed: UInt64, emptyRow: Int? = nil,
    emptyColumn: Int? = nil
  ) {
    self.rows = rows
    self.columns = columns
    self.batch = batch
    self.seed = seed
    var random = Xoshiro256(seed: seed)
    var mask = Mask(ones: [rows, columns])
    for index in 0..<rows * columns {
      let isEmpty = index / columns == emptyRow || index % columns == emptyColumn
      if isEmpty || Double.random(in: 0..<1, using: &random) >= density { mask[index] = false }
    }
    var weight = Tensor(uniform: -1..<1, shape: [rows, columns], using: &random)
    weight.zero(outside: mask)
    self.weight = weight
    self.mask = mask
    bias = Tensor(uniform: -1..<1, shape: [rows], using: &random).values
    x = Tensor(uniform: -1..<1, shape: [columns, batch], using: &random).values
    dy = Tensor(uniform: -1..<1, shape: [rows, batch], using: &random).values
  }

  var description: String {
    "\(rows) × \(columns), \(mask.survivors) survivors, batch \(batch), seed \(seed)"
  }

  /// What the three products give.
  var expected: ExpectedProducts { ExpectedProducts(self) }
}

/// W · X + bias, Wᵀ · dY, and dY · Xᵀ where there are survivors.
struct ExpectedProducts {
  private(set) var product: Expected
  private(set) var inputGradient: Expected
  private(set) var weightGradient: Expected

  init(_ sparse: SparseCase) {
    let (rows, columns, batch) = (sparse.rows, sparse.columns, sparse.batch)
    product = Expected(rows: rows, columns: batch)
    inputGradient = Expected(rows: columns, columns: batch)
    weightGradient = Expected(rows: rows, columns: columns)
    let weight = sparse.weight.values
    for row in 0..<rows {
      for sample in 0..<batch { product.add(Double(sparse.bias[row]), to: row, sample) }
      for column in 0..<columns where sparse.mask[row * columns + column] {
        let w = Double(weight[row * columns + column])
        for sample in 0..<batch {
          let x = Double(sparse.x[column * batch + sample])
          let dy = Double(sparse.dy[row * batch + sample])
          product.add(w * x, to: row, sample)
          inputGradient.add(w * dy, to: column, sample)
          weightGradient.add(dy * x, to: row, column)
        }
      }
    }
  }
}

/// Sums of products of floats in double precision, with a bound for the same sums in single precision.
///
/// A term of a sum of n passes one multiplication, and at most n additions within blocks and n of blocks: whatever the
/// order and whether the operations are fused, the error is at most (2n + 1) · u / (1 − (2n + 1) · u) times the sum of the
/// magnitudes, with u = 2⁻²⁴ (N. Higham, Accuracy and Stability of Numerical Algorithms, section 3.1).
struct Expected {
  let rows: Int
  let columns: Int
  private var sums: [Double]
  private var magnitudes: [Double]
  private var terms: [Int]

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    sums = [Double](repeating: 0, count: rows * columns)
    magnitudes = sums
    terms = [Int](repeating: 0, count: rows * columns)
  }

  mutating func add(_ term: Double, to row: Int, _ column: Int) {
    let index = row * columns + column
    sums[index] += term
    magnitudes[index] += abs(term)
    terms[index] += 1
  }

  /// The first element that is further off than its bound, in words.
  func firstViolation(in actual: some Collection<Float>) -> String? {
    for (index, value) in actual.enumerated() {
      let operations = Double(2 * terms[index] + 1) * 0x1p-24
      let bound = operations / (1 - operations) * magnitudes[index]
      if !(abs(Double(value) - sums[index]) <= bound) {
        return "(\(index / columns), \(index % columns)): \(value) instead of \(sums[index]) ± \(bound)"
      }
    }
    return nil
  }
}
