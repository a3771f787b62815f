import EspalierNetworks
import EspalierOneShot
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct LowRankTests {
  /// Σ of the squares, in double precision.
  private func squares(_ values: some Collection<Float>) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }
  }

  private func difference(_ a: Tensor, _ b: Tensor) -> Double {
    squares(zip(a.values, b.values).map { $0 - $1 }).squareRoot()
  }

  @Test("The error of rank r is the root of the dropped s² (Eckart and Young)", arguments: waysOfPruning)
  func eckartYoung(_ way: ComputeCase) throws {
    var generator = Xoshiro256(seed: 1)
    for shape in [[12, 7], [5, 20], [9, 9], [1, 4]] {
      let matrix = Tensor(uniform: -1..<1, shape: shape, using: &generator)
      let spectrum = try MatrixSpectrum(of: matrix, on: way.compute)
      for rank in 1...spectrum.fullRank {
        let found = try spectrum.approximation(rank: rank, on: way.compute)
        #expect(found.up.shape == [shape[0], rank] && found.down.shape == [rank, shape[1]])
        #expect(found.storedValues == rank * (shape[0] + shape[1]))
        let dropped = squares(spectrum.singularValues.dropFirst(rank)).squareRoot()
        #expect(abs(difference(found.product(on: way.compute), matrix) - dropped) < 2e-5, "\(shape), \(rank)")
      }
    }
  }

  @Test(
    "Weighted by the inputs, the outputs' error is Σ of the dropped s², and none is less",
    arguments: waysOfPruning)
  func weighted(_ way: ComputeCase) throws {
    for seed in UInt64(1)...5 {
      let small = SmallProblem(rows: 8, columns: 10, damping: 0, seed: seed)
      let matrix = small.problem.weights
      let plain = try MatrixSpectrum(of: matrix, on: way.compute)
      let weighted = try MatrixSpectrum(
        of: matrix, moments: small.problem.moments, damping: 0, on: way.compute)
      #expect(weighted.damping == 0 && plain.damping == 0)
      for rank in 1...8 {
        func error(_ spectrum: MatrixSpectrum) throws -> Double {
          let product = try spectrum.approximation(rank: rank, on: way.compute).product(on: way.compute)
          return (0..<8).reduce(0) { sum, row in
            sum + small.loss(row, (0..<10).map { Double(product[row, $0]) })
          }
        }
        let dropped = squares(weighted.singularValues.dropFirst(rank))
        #expect(abs(try error(weighted) - dropped) < 1e-5, "seed \(seed), rank \(rank)")
        #expect(try error(weighted) <= error(plain) + 1e-6, "seed \(seed), rank \(rank)")
      }
    }
  }

  @Test(
    "A residual has exactly as many weights as asked for, and only makes errors less",
    arguments: waysOfPruning)
  func residual(_ way: ComputeCase) throws {
    let small = SmallProblem(rows: 8, columns: 12, damping: 0.01, seed: 3)
    for moments in [nil, small.problem.moments] {
      let spectrum = try MatrixSpectrum(of: small.problem.weights, moments: moments, on: way.compute)
      var last = Double.infinity
      for count in [0, 1, 17, 40, 96] {
        let found = try spectrum.approximation(rank: 2, residualCount: count, on: way.compute)
        #expect(found.kept?.survivors ?? 0 == count && found.storedValues == 40 + count)
        #expect(found.residual?.values.count { $0 != 0 } ?? 0 == count)
        let product = found.product(on: way.compute)
        let error =
          moments == nil
          ? squares(zip(product.values, small.problem.weights.values).map { $0 - $1 })
          : (0..<8).reduce(0) { sum, row in
            sum + small.loss(row, (0..<12).map { Double(product[row, $0]) })
          }
        #expect(error <= last + 1e-6, "\(count) weights")
        last = error
      }
      #expect(last < 1e-5, "all weights fit exactly")
    }
  }

  @Test("Plain residuals are the largest of what is left")
  func largestOfTheRest() throws {
    var generator = Xoshiro256(seed: 4)
    let matrix = Tensor(uniform: -1..<1, shape: [6, 9], using: &generator)
    let spectrum = try MatrixSpectrum(of: matrix)
    let product = try spectrum.approximation(rank: 2).product()
    let rest = zip(matrix.values, product.values).map { $0 - $1 }
    let largest = Set(rest.indices.sorted { abs(rest[$0]) > abs(rest[$1]) }.prefix(11))
    let found = try spectrum.approximation(rank: 2, residualCount: 11)
    for index in rest.indices { #expect(found.kept![index] == largest.contains(index)) }
  }

  @Test("The rank by multiplications is the largest that fits; by energy the smallest that holds it")
  func ranks() throws {
    var generator = Xoshiro256(seed: 5)
    let matrix = Tensor(uniform: -1..<1, shape: [30, 50], using: &generator)
    let spectrum = try MatrixSpectrum(of: matrix)
    for share in [0.06, 0.1, 0.25, 0.5, 0.8] {
      for residual in [0, 7] {
        guard let rank = spectrum.rank(.multiplyAccumulates(share), residualCount: residual) else {
          #expect(Double(80 + residual) > share * 1500)
          continue
        }
        #expect(Double(80 * rank + residual) <= share * 1500 + 1e-6)
        #expect(Double(80 * (rank + 1) + residual) > share * 1500)
      }
    }
    #expect(spectrum.rank(.multiplyAccumulates(0.05)) == nil)
    let total = squares(spectrum.singularValues)
    for share in [0.3, 0.9, 0.999] {
      let rank = spectrum.rank(.energy(share))!
      #expect(squares(spectrum.singularValues.prefix(rank)) >= share * total - 1e-4)
      #expect(squares(spectrum.singularValues.prefix(rank - 1)) < share * total)
    }
    #expect(spectrum.rank(.energy(0)) == 1 && spectrum.rank(.rank(99)) == 30)
  }
}
