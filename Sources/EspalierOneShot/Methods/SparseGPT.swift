public import EspalierTensors

/// SparseGPT: from the first column to the last, each weight that goes is made up for by the columns after it, as the inverse of
/// H says.
///
/// With H⁻¹ = Uᵀ · U, U upper triangular, removing w[r, i] costs w[r, i]² / U[i, i]², and the rest of row r changes by
/// −w[r, i] / U[i, i] · U[i, i…]. Which weights go is chosen for a block of columns at a time, by this cost, among all rows; or,
/// for N:M patterns, at the beginning of every group of M columns. All blocks give the same share of what they have left. Costs about
/// 2/3 · width³ + 2 · outputs · width² operations, most of them in products; outputs are shared out among threads.
///
/// Source: E. Frantar and D. Alistarh, "SparseGPT: massive language models can be accurately pruned in one-shot" (ICML 2023).
public struct SparseGPT: LayerPruningMethod {
  /// Columns whose weights are chosen together, and whose changes to later columns are applied in one product.
  public let blockSize: Int

  /// The method; traps unless the block has a column. 128 columns by default, as in the paper.
  public init(blockSize: Int = 128) {
    precondition(blockSize > 0, "a block of \(blockSize) columns")
    self.blockSize = blockSize
  }

  /// Factorises H.
  public func prepare(
    _ problem: ReconstructionProblem, on compute: Compute
  ) throws(FactorisationError) -> any PreparedLayer {
    let moments = try DampedMoments(problem, reversed: true, on: compute)
    return SparseGPTLayer(
      problem: problem, blockSize: blockSize, factor: moments.upperFactorOfInverse(on: compute),
      damping: moments.damping)
  }
}

private struct SparseGPTLayer: PreparedLayer {
  let problem: ReconstructionProblem
  let blockSize: Int
  /// U.
  let factor: Tensor
  let damping: Double

  func solution(_ amount: LayerAmount, on compute: Compute) -> LayerSolution {
    // What was pruned before is made up for too, where the weights to be approximated have something there.
    var weights = problem.weights
    var kept = problem.aliveFlags
    let quota = BlockQuota(problem, amount)
    let (rows, width) = (problem.rows, problem.width)
    var errors = Tensor(zeros: [rows, blockWidth(amount)])
    for first in stride(from: 0, to: width, by: blockWidth(amount)) {
      let block = first..<min(first + blockWidth(amount), width)
      if let quota { choose(block, quota, weights, &kept) }
      removeBlock(block, amount, &weights, &kept, &errors, on: compute)
      updateLater(than: block, &weights, errors, on: compute)
    }
    return LayerSolution(
      weights: weights, kept: Mask(kept, shape: [rows, problem.columns]), damping: damping)
  }

  /// Groups of a pattern do not cross blocks.
  private func blockWidth(_ amount: LayerAmount) -> Int {
    let columns = min(blockSize, problem.width)
    guard case .nOfM(_, let group) = amount else { return columns }
    return (columns + group - 1) / group * group
  }

  /// Prunes the weights of a block that cost the least, so that all columns up to its end have given their share of what goes.
  private func choose(_ block: Range<Int>, _ quota: BlockQuota, _ weights: Tensor, _ kept: inout [Bool]) {
    let end = min(block.upperBound, problem.columns)
    guard block.lowerBound < end else { return }
    let columns = block.lowerBound..<end
    let roots = roots(of: columns, weights)
    var part = unpruned(columns, kept)
    var cut = MagnitudeSelection(smallest: quota.going(in: columns), of: [(roots, part)])
    cut.clear(roots, in: &part)
    part.withUnsafeWords { words in
      kept.withUnsafeMutableBufferPointer { kept in
        for row in 0..<problem.rows {
          let (from, to) = (row * columns.count, row * problem.columns + columns.lowerBound)
          for offset in 0..<columns.count {
            kept[to + offset] = words[(from + offset) >> 6] >> UInt64((from + offset) & 63) & 1 == 1
          }
        }
      }
    }
  }

  /// w / U[i, i] of some columns: the roots of what the removals cost.
  private func roots(of columns: Range<Int>, _ weights: Tensor) -> Tensor {
    let inverses = columns.map { 1 / factor[$0, $0] }
    return Tensor(shape: [problem.rows, columns.count]) { roots in
      weights.withUnsafeValues { weights in
        for row in 0..<problem.rows {
          let (to, from) = (row * columns.count, row * problem.width + columns.lowerBound)
          for offset in inverses.indices {
            roots.initializeElement(at: to + offset, to: weights[from + offset] * inverses[offset])
          }
        }
      }
    }
  }

  /// Which weights of some columns, all later than what was pruned so far, were there from the beginning.
  private func unpruned(_ columns: Range<Int>, _ kept: [Bool]) -> Mask {
    let shape = [problem.rows, columns.count]
    guard problem.alive != nil else { return Mask(ones: shape) }
    return Mask(
      (0..<problem.rows).flatMap { row in
        kept[row * problem.columns + columns.lowerBound..<row * problem.columns + columns.upperBound]
      }, shape: shape)
  }

  /// Removes the weights of a block from every row, and lets the block's later columns make up for them; `errors` become
  /// w / U[i, i] of what went.
  private func removeBlock(
    _ block: Range<Int>, _ amount: LayerAmount, _ weights: inout Tensor, _ kept: inout [Bool],
    _ errors: inout Tensor, on compute: Compute
  ) {
    // Rows of the factor a power of two apart would fall into the same lines of a cache.
    let part = Tensor(shape: [block.count, block.count]) { part in
      factor.withUnsafeValues { factor in
        for index in part.indices {
          let (row, column) = (index / block.count, index % block.count)
          part.initializeElement(
            at: index, to: factor[(block.lowerBound + row) * problem.width + block.lowerBound + column])
        }
      }
    }
    weights.withUnsafeMutableValues { weights in
      errors.withUnsafeMutableValues { errors in
        kept.withUnsafeMutableBufferPointer { kept in
          part.withUnsafeValues { factor in
            guard let weights = weights.baseAddress, let errors = errors.baseAddress else { return }
            let work = SparseGPTBlock(
              columns: block, prunable: problem.columns, width: problem.width, amount: amount,
              weights: weights,
              errors: errors, kept: kept.baseAddress, factor: factor.baseAddress!)
            let share = 16
            compute.perform(jobs: (problem.rows + share - 1) / share) { job in
              for row in job * share..<min((job + 1) * share, problem.rows) { work.run(row) }
            }
          }
        }
      }
    }
  }

  /// W[:, later] −= E · U[block, later].
  private func updateLater(
    than block: Range<Int>, _ weights: inout Tensor, _ errors: Tensor, on compute: Compute
  ) {
    let width = problem.width
    guard block.upperBound < width else { return }
    weights.withUnsafeMutableValues { weights in
      errors.withUnsafeValues { errors in
        factor.withUnsafeValues { factor in
          guard let weights = weights.baseAddress, let errors = errors.baseAddress else { return }
          compute.multiply(
            MatrixProduct(
              m: problem.rows, n: width - block.upperBound, k: block.count, alpha: -1, a: errors,
              aStride: block.count, b: factor.baseAddress! + block.lowerBound * width + block.upperBound,
              bStride: width,
              beta: 1, c: weights + block.upperBound, cStride: width))
        }
      }
    }
  }
}

/// The memory of one block of columns; rows are independent of each other.
private struct SparseGPTBlock: @unchecked Sendable {
  let columns: Range<Int>
  let prunable: Int
  let width: Int
  let amount: LayerAmount
  let weights: UnsafeMutablePointer<Float>
  let errors: UnsafeMutablePointer<Float>
  let kept: UnsafeMutablePointer<Bool>?
  /// U of the block's columns.
  let factor: UnsafePointer<Float>

  func run(_ row: Int) {
    let w = weights + row * width + columns.lowerBound
    let errors = errors + row * columns.count
    let kept = kept.map { $0 + row * prunable + columns.lowerBound }
    let count = columns.count
    for column in 0..<count {
      errors[column] = 0
      guard columns.lowerBound + column < prunable, let kept else { continue }
      if case .nOfM(let left, let group) = amount, column % group == 0 {
        kept.keepLargest(left, in: column..<min(column + group, prunable - columns.lowerBound)) {
          cost($0, w)
        }
      }
      guard !kept[column] else { continue }
      let u = factor + column * count
      let error = w[column] / u[column]
      errors[column] = error
      w[column] = 0
      guard error != 0 else { continue }
      for later in column + 1..<max(count, column + 1) { w[later] -= error * u[later] }
    }
  }

  private func cost(_ column: Int, _ w: UnsafePointer<Float>) -> Float {
    abs(w[column] / factor[column * columns.count + column])
  }
}
