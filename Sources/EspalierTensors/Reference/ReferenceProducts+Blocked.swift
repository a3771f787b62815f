extension ReferenceProducts {
  /// A product of two matrices: blocks of `B` for the second-level cache, panels of `A` for the first, tiles of `C` for
  /// the registers (Goto and van de Geijn, *Anatomy of High-Performance Matrix Multiplication*, 2008).
  static func multiplyBlocked(
    _ a: StridedMatrix, _ b: StridedMatrix, into target: ProductTarget, shape: ProductShape, threads: Int
  ) {
    let grid = ProductGrid(shape: shape, threads: threads)
    WorkerPool.shared.perform(parts: grid.count) { part in
      let (rows, columns) = grid.ranges(of: part)
      guard !rows.isEmpty, !columns.isEmpty else { return }
      ProductWorkspace.withWorkspace { workspace in
        multiplyPart(
          a.from(row: rows.lowerBound, column: 0), b.from(row: 0, column: columns.lowerBound),
          into: target.from(row: rows.lowerBound, column: columns.lowerBound),
          shape: ProductShape(m: rows.count, n: columns.count, k: shape.k), workspace)
      }
    }
  }

  /// One thread's rows and columns of `C`.
  private static func multiplyPart(
    _ a: StridedMatrix, _ b: StridedMatrix, into target: ProductTarget, shape: ProductShape,
    _ workspace: ProductWorkspace
  ) {
    // Blocks of even depth, and by k alone: the order of every sum must not depend on anything else.
    let blocks = (shape.k - 1) / ProductWorkspace.depth + 1
    let depth = (shape.k - 1) / blocks + 1
    for column in stride(from: 0, to: shape.n, by: ProductWorkspace.columns) {
      var part = target.from(row: 0, column: column)
      for term in stride(from: 0, to: shape.k, by: depth) {
        let block = ProductShape(
          m: shape.m, n: min(ProductWorkspace.columns, shape.n - column), k: min(depth, shape.k - term))
        multiplyBlock(
          a.from(row: 0, column: term), b.from(row: term, column: column), into: part, shape: block, workspace
        )
        part = part.accumulating
      }
    }
  }

  /// All rows of `A` times one block of `B`.
  private static func multiplyBlock(
    _ a: StridedMatrix, _ b: StridedMatrix, into target: ProductTarget, shape: ProductShape,
    _ workspace: ProductWorkspace
  ) {
    let block = PackedBlock(b, shape: shape, workspace)
    // Repeating an element of A costs about what four tiles save by it.
    let packsA = shape.n >= 4 * Microtile.columns
    var row = 0
    while row < shape.m {
      let rows = min(Microtile.rows, shape.m &- row)
      multiplyPanel(
        a.from(row: row, column: 0), block, into: target.from(row: row, column: 0), rows: rows,
        packsA: packsA || rows < Microtile.rows, workspace)
      row &+= Microtile.rows
    }
  }

  /// Up to six rows of `A` times one block of `B`.
  private static func multiplyPanel(
    _ a: StridedMatrix, _ block: PackedBlock, into target: ProductTarget, rows: Int, packsA: Bool,
    _ workspace: ProductWorkspace
  ) {
    if packsA { packA(a, rows: rows, k: block.k, into: workspace.panelA) }
    var column = 0
    while column < block.columns {
      let (b, stride) = block.panel(at: column)
      if packsA {
        Microtile.sumPacked(k: block.k, a: workspace.panelA, b: b, bStride: stride, into: workspace.tile)
      } else {
        Microtile.sumInPlace(k: block.k, a: a, b: b, bStride: stride, into: workspace.tile)
      }
      Microtile.store(
        workspace.tile, rows: rows, columns: min(Microtile.columns, block.columns &- column),
        into: target.from(row: 0, column: column))
      column &+= Microtile.columns
    }
  }
}

/// A block of `B` in panels of eight columns, packed as far as that pays.
private struct PackedBlock {
  let k: Int
  let columns: Int
  private let source: StridedMatrix
  /// How many columns are read from `source`; the others are packed.
  private let columnsInPlace: Int
  private let packed: UnsafePointer<Float>

  init(_ b: StridedMatrix, shape: ProductShape, _ workspace: ProductWorkspace) {
    k = shape.k
    columns = shape.n
    source = b
    packed = UnsafePointer(workspace.blockB)
    // Up to two panels of A read B but twice: where its rows are contiguous, a copy would not be repaid.
    let readsInPlace = b.columnStride == 1 && shape.m <= 2 * Microtile.rows
    columnsInPlace = readsInPlace ? shape.n / Microtile.columns * Microtile.columns : 0
    ReferenceProducts.packB(
      b.from(row: 0, column: columnsInPlace), k: k, columns: columns - columnsInPlace, into: workspace.blockB)
  }

  /// The panel that begins with `column`, and its stride from row to row.
  @inline(__always)
  func panel(at column: Int) -> (UnsafePointer<Float>, Int) {
    column < columnsInPlace
      ? (source.base + column, source.rowStride)
      : (packed + (column &- columnsInPlace) &* k, Microtile.columns)
  }
}
