extension ReferenceProducts {
  /// The widest `B`, and the fewest rows of `A`, for which one vector after another beats half-empty tiles.
  static let maximumVectors = (columns: 4, rows: 2)

  /// Outputs finished together, and terms of their sums read together, so that all of them stay in a nearby cache.
  private static let vectorRows = 2048
  private static let vectorTerms = 2048

  /// `C = alpha * A * B + beta * C` for a `B` of at most `maximumVectors.columns` columns.
  ///
  /// Bound by reading `A`, so `A` is not packed: where its rows are contiguous each output is a dot product,
  /// where its columns are, the outputs are a sum of scaled columns.
  static func multiplyVectors(
    _ a: StridedMatrix, _ b: StridedMatrix, into target: ProductTarget, shape: ProductShape, threads: Int
  ) {
    let parts = ProductGrid.usefulThreads(work: shape.work, threads: threads)
    WorkerPool.shared.perform(parts: parts) { part in
      let share = ProductGrid.share(part, of: parts, count: shape.m, unit: 16)
      ProductWorkspace.withWorkspace { workspace in
        for row in stride(from: share.lowerBound, to: share.upperBound, by: vectorRows) {
          let block = ProductShape(m: min(vectorRows, share.upperBound - row), n: shape.n, k: shape.k)
          multiplyRows(
            a.from(row: row, column: 0), b, into: target.from(row: row, column: 0), shape: block, workspace)
        }
      }
    }
  }

  /// Up to `vectorRows` rows of the product.
  private static func multiplyRows(
    _ a: StridedMatrix, _ b: StridedMatrix, into target: ProductTarget, shape: ProductShape,
    _ workspace: ProductWorkspace
  ) {
    let sums = workspace.blockB
    let scratch = sums + maximumVectors.columns * vectorRows
    sums.update(repeating: 0, count: shape.n * vectorRows)
    for term in stride(from: 0, to: shape.k, by: vectorTerms) {
      let block = ProductShape(m: shape.m, n: shape.n, k: min(vectorTerms, shape.k - term))
      let vectors = contiguousColumns(b.from(row: term, column: 0), shape: block, scratch: scratch)
      if a.columnStride == 1 {
        addDotProducts(a.from(row: 0, column: term), vectors, shape: block, into: sums)
      } else {
        addColumns(a.from(row: 0, column: term), vectors, shape: block, into: sums)
      }
    }
    for vector in 0..<shape.n {
      let column = target.from(row: 0, column: vector)
      for row in 0..<shape.m {
        column.store(sums[vector &* vectorRows &+ row], at: row &* target.rowStride)
      }
    }
  }

  /// `B` with the elements of a column side by side: itself, or a copy in `scratch`.
  private static func contiguousColumns(
    _ b: StridedMatrix, shape: ProductShape, scratch: UnsafeMutablePointer<Float>
  ) -> StridedMatrix {
    if b.rowStride == 1 { return b }
    for column in 0..<shape.n {
      let (source, destination) = (b.from(row: 0, column: column), scratch + column * vectorTerms)
      for row in 0..<shape.k { destination[row] = source.base[row &* source.rowStride] }
    }
    return StridedMatrix(scratch, stride: vectorTerms, transposed: true)
  }

  /// Adds to each sum the dot product of a contiguous row of `A` with a vector.
  private static func addDotProducts(
    _ a: StridedMatrix, _ vectors: StridedMatrix, shape: ProductShape, into sums: UnsafeMutablePointer<Float>
  ) {
    for row in stride(from: 0, to: shape.m, by: 4) {
      for vector in 0..<shape.n {
        let line = a.base + row &* a.rowStride
        let x = vectors.base + vector &* vectors.columnStride
        let sum = sums + (vector &* vectorRows &+ row)
        if row &+ 4 <= shape.m {
          addFourDotProducts(line, stride: a.rowStride, x, k: shape.k, into: sum)
        } else {
          for rest in 0..<shape.m &- row {
            sum[rest] += dotProduct(line + rest &* a.rowStride, x, k: shape.k)
          }
        }
      }
    }
  }

  /// Adds to the sums of each vector every contiguous column of `A` times an element of the vector.
  private static func addColumns(
    _ a: StridedMatrix, _ vectors: StridedMatrix, shape: ProductShape, into sums: UnsafeMutablePointer<Float>
  ) {
    for term in stride(from: 0, to: shape.k, by: 4) {
      for vector in 0..<shape.n {
        let column = a.base + term &* a.columnStride
        let x = vectors.base + (vector &* vectors.columnStride &+ term)
        let sum = sums + vector &* vectorRows
        if term &+ 4 <= shape.k {
          addFourColumns(column, stride: a.columnStride, x, rows: shape.m, into: sum)
        } else {
          for rest in 0..<shape.k &- term {
            addColumn(column + rest &* a.columnStride, x[rest], rows: shape.m, into: sum)
          }
        }
      }
    }
  }
}
