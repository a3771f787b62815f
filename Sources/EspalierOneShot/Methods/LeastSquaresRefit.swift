internal import EspalierTensors

/// The survivors of each row that fit the layer's outputs best: H[S, S] · ŵ[S] = (H · w)[S] for the columns S that stay.
///
/// Costs |S|³ / 3 operations a row; rows are shared out among threads.
struct LeastSquaresRefit {
  /// H, damped.
  let moments: DampedMoments

  /// The best weights for a mask; throws where a part of H is not positive definite.
  func solution(
    _ problem: ReconstructionProblem, kept: Mask, on compute: Compute
  ) throws(FactorisationError) -> LayerSolution {
    let width = problem.width
    let products = problem.weights.multiplied(by: moments.matrix, on: compute)
    let rows = forEachRow(of: problem, on: compute) { row, single in
      Result<[Float], FactorisationError> { () throws(FactorisationError) in
        let left = (0..<width).filter { $0 >= problem.columns || kept[row * problem.columns + $0] }
        let targets = products.withUnsafeValues { products in left.map { Double(products[row * width + $0]) }
        }
        let found = try CholeskyFactor(of: part(left), on: single).solve(targets)
        var weights = [Float](repeating: 0, count: width)
        for (column, value) in zip(left, found) { weights[column] = Float(value) }
        return weights
      }
    }
    var weights: [Float] = []
    for row in rows { weights += try row.get() }
    return LayerSolution(
      weights: Tensor(weights, shape: problem.weights.shape), kept: kept, damping: moments.damping)
  }

  /// H[S, S].
  private func part(_ columns: [Int]) -> Tensor {
    let width = moments.matrix.shape[0]
    return Tensor(shape: [columns.count, columns.count]) { part in
      moments.matrix.withUnsafeValues { values in
        for (row, from) in columns.enumerated() {
          for (column, to) in columns.enumerated() {
            part.initializeElement(at: row * columns.count + column, to: values[from * width + to])
          }
        }
      }
    }
  }
}
