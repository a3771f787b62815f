import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct ColumnProductTests {
  /// A random matrix, bias and inputs, half of which are 0.
  struct Case: CustomStringConvertible {
    let rows: Int
    let columns: Int
    let seed: UInt64
    let weights: [Float]
    let bias: [Float]
    let x: [Float]

    init(rows: Int, columns: Int, density: Double = 1, seed: UInt64) {
      var random = Xoshiro256(seed: seed)
      (self.rows, self.columns, self.seed) = (rows, columns, seed)
      weights = (0..<rows * columns).map { _ in
        Double.random(in: 0..<1, using: &random) < density ? Float.random(in: -1...1, using: &random) : 0
      }
      bias = (0..<rows).map { _ in Float.random(in: -1...1, using: &random) }
      x = (0..<columns).map { _ in max(0, Float.random(in: -1...1, using: &random)) }
    }

    var description: String { "\(rows) × \(columns), seed \(seed)" }
    var tensor: Tensor { Tensor(weights, shape: [rows, columns]) }
    var mask: Mask { Mask(weights.map { $0 != 0 }, shape: [rows, columns]) }

    /// Expects the product with the inputs at `positions` within γ(n + 2) · Σ |terms| (N. Higham, *Accuracy and Stability of
    /// Numerical Algorithms*, 2002, section 3.1), whatever the order of the sum.
    func expect(_ y: [Float], positions: [Int], biased: Bool, _ how: String) {
      let unit = Double(positions.count + 2) * 0x1p-24
      for row in 0..<rows {
        var (sum, magnitude) = biased ? (Double(bias[row]), Double(abs(bias[row]))) : (0, 0)
        for column in positions {
          let term = Double(weights[row * columns + column]) * Double(x[column])
          sum += term
          magnitude += abs(term)
        }
        let bound = unit / (1 - unit) * magnitude
        guard abs(Double(y[row]) - sum) <= bound else {
          Issue.record("\(self), \(how): \(y[row]) in row \(row), expected \(sum) ± \(bound)")
          return
        }
      }
    }
  }

  private func dense(
    _ test: Case, _ rule: ActivationSkipping, _ compute: Compute, biased: Bool, _ f: Activation? = nil
  ) -> [Float] {
    let y = GuardedBuffer([Float](repeating: .nan, count: test.rows))
    let bias = GuardedBuffer(test.bias)
    compute.multiply(
      DenseColumnLayout(test.tensor), by: active(rule, of: test.x, on: compute),
      bias: biased ? UnsafePointer(bias.pointer) : nil, activation: f, into: y.pointer)
    #expect(y.isUntouchedBefore, "\(test)")
    return y.values
  }

  private func sparse(
    _ test: Case, _ rule: ActivationSkipping, _ compute: Compute, biased: Bool, _ f: Activation? = nil
  ) -> (y: [Float], read: Int) {
    let y = GuardedBuffer([Float](repeating: .nan, count: test.rows))
    let bias = GuardedBuffer(test.bias)
    let layout = SparseColumnLayout(CompressedRows(test.tensor, mask: test.mask))
    let read = compute.multiply(
      layout, by: active(rule, of: test.x, on: compute), bias: biased ? UnsafePointer(bias.pointer) : nil,
      activation: f, into: y.pointer)
    #expect(y.isUntouchedBefore, "\(test)")
    return (y.values, read)
  }

  private static let rules: [ActivationSkipping] = [.zeros, .threshold(0.5), .largest(7), .largest(0)]

  @Test("Every remainder of rows and columns", arguments: sets)
  func remainders(_ set: InstructionSet) {
    var seed: UInt64 = 10
    for rows in [0, 1, 2, 15, 16, 17, 33, 47, 48, 63, 64, 65, 100, 130, 300] {
      for columns in [0, 1, 2, 3, 15, 16, 17, 40] {
        seed += 1
        for density in [1, 0.2] {
          let test = Case(rows: rows, columns: columns, density: density, seed: seed)
          for rule in Self.rules {
            let positions = active(rule, of: test.x, on: on(set)).positions.map(Int.init)
            let how = "\(set), \(rule), density \(density)"
            for biased in [false, true] {
              test.expect(
                dense(test, rule, on(set), biased: biased), positions: positions, biased: biased, how)
              let (y, read) = sparse(test, rule, on(set), biased: biased)
              test.expect(y, positions: positions, biased: biased, how)
              let survivors = positions.reduce(0) { sum, column in
                sum + (0..<rows).count { test.weights[$0 * columns + column] != 0 }
              }
              #expect(read == survivors, "\(test), \(how)")
            }
          }
        }
      }
    }
  }

  @Test("Activations are those of the element-wise kernels", arguments: sets)
  func activations(_ set: InstructionSet) {
    let test = Case(rows: 85, columns: 60, density: 0.4, seed: 5)
    for f in [Activation.relu, .leakyReLU(slope: 0.1), .sigmoid, .tanh, .gelu] {
      for product in [
        { dense(test, .zeros, on(set), biased: true, $0) },
        { sparse(test, .zeros, on(set), biased: true, $0).y },
      ] as [(Activation?) -> [Float]] {
        var expected = product(nil)
        expected.withUnsafeMutableBufferPointer {
          let view = MatrixView(base: $0.baseAddress!, rows: test.rows, columns: 1)
          on(set).apply(f, to: view, into: view)
        }
        #expect(product(f).bits == expected.bits, "\(test), \(set), \(f)")
      }
    }
  }

  /// The columns of skipped inputs hold NaN: one read of them would show.
  @Test("The weights of skipped inputs are not read", arguments: sets)
  func skippedWeightsAreNotRead(_ set: InstructionSet) {
    let clean = Case(rows: 75, columns: 50, density: 0.5, seed: 6)
    for rule in Self.rules {
      let positions = Set(active(rule, of: clean.x, on: on(set)).positions.map(Int.init))
      let poisoned = clean.tensor.values.enumerated().map { index, weight in
        positions.contains(index % clean.columns) ? weight : Float.nan
      }
      let list = active(rule, of: clean.x, on: on(set))
      var (y, z) = ([Float](repeating: 0, count: 75), [Float](repeating: 0, count: 75))
      let tensor = Tensor(poisoned, shape: [clean.rows, clean.columns])
      on(set).multiply(DenseColumnLayout(tensor), by: list, into: &y)
      on(set).multiply(SparseColumnLayout(CompressedRows(tensor)), by: list, into: &z)
      #expect(y.bits == dense(clean, rule, on(set), biased: false).bits, "\(set), \(rule)")
      clean.expect(z, positions: positions.sorted(), biased: false, "\(set), \(rule)")
    }
  }

  @Test("Threads share out rows without changing a bit", arguments: sets)
  func threads(_ set: InstructionSet) {
    let test = Case(rows: 2100, columns: 700, seed: 7)
    let layout = DenseColumnLayout(test.tensor)
    let results = [1, 2, 3].map { threads in
      var y = [Float](repeating: .nan, count: test.rows)
      let compute = on(set, threads: threads)
      compute.multiply(layout, by: active(.zeros, of: test.x, on: compute), into: &y)
      return y.bits
    }
    #expect(results[1] == results[0] && results[2] == results[0])
    #expect(!results[0].contains(Float.nan.bitPattern))
  }

  @Test("More than 65,536 rows take wide positions", arguments: sets)
  func wideRows(_ set: InstructionSet) {
    let rows = 70_000
    let matrix = CompressedRows(
      rows: rows, columns: 2, rowStarts: (0...rows).map { $0 },
      columnIndices: (0..<rows).map { Int32($0 % 2) }, values: (0..<rows).map { Float($0) })
    var y = [Float](repeating: .nan, count: rows)
    let read = on(set).multiply(
      SparseColumnLayout(matrix), by: active(.zeros, of: [0, 2], on: on(set)), into: &y)
    #expect(read == rows / 2)
    let expected: [Float] = (0..<rows).map { $0 % 2 == 0 ? 0 : 2 * Float($0) }
    #expect(y == expected)
  }

  @Test func anInputBeyondTheColumnsTraps() async {
    await #expect(processExitsWith: .failure) {
      var y: [Float] = [0]
      Compute.current.multiply(
        DenseColumnLayout(Tensor(zeros: [1, 2])), by: active(.zeros, of: [0, 0, 1], on: .current), into: &y)
    }
  }
}

extension Sequence<Float> {
  /// The patterns of all elements: equal only for equal bits.
  var bits: [UInt32] { map(\.bitPattern) }
}
