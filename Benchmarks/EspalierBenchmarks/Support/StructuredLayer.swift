import Espalier

/// A layer whose mask has a structure, in each of the layouts that can compute it.
final class StructuredLayer {
  /// What a mask keeps at random.
  enum Structure: CustomStringConvertible {
    /// Whole blocks, a share of all.
    case blocks(rows: Int, columns: Int, density: Double)
    /// So many of each aligned group of inputs.
    case nOfM(Int, Int)

    /// Blocks of the sizes that pruning tools make, and the patterns that they know.
    static let all: [Structure] = [
      .blocks(rows: 16, columns: 1, density: 0.1), .blocks(rows: 8, columns: 4, density: 0.1),
      .blocks(rows: 8, columns: 1, density: 0.1), .blocks(rows: 4, columns: 4, density: 0.1),
      .blocks(rows: 4, columns: 2, density: 0.1), .blocks(rows: 4, columns: 1, density: 0.1),
      .nOfM(2, 4), .nOfM(1, 4), .nOfM(1, 8), .nOfM(1, 16),
    ]

    var description: String {
      switch self {
      case .blocks(let rows, let columns, let density):
        "\(rows)×\(columns) blocks, \(percent(1 - density)) sparse"
      case .nOfM(let n, let m): "\(n):\(m)"
      }
    }

    /// The mask of a matrix whose sizes are multiples of the structure's.
    func mask(_ shape: LayerShape, using generator: inout Xoshiro256) -> Mask {
      var kept = [Bool](repeating: false, count: shape.outputs * shape.inputs)
      switch self {
      case .blocks(let rows, let columns, let density):
        for row in stride(from: 0, to: shape.outputs, by: rows) {
          for column in stride(from: 0, to: shape.inputs, by: columns)
          where Double.random(in: 0..<1, using: &generator) < density {
            for r in row..<row + rows {
              for c in column..<column + columns { kept[r * shape.inputs + c] = true }
            }
          }
        }
      case .nOfM(let n, let m):
        for first in stride(from: 0, to: kept.count, by: m) {
          for place in (0..<m).shuffled(using: &generator).prefix(n) { kept[first + place] = true }
        }
      }
      return Mask(kept, shape: [shape.outputs, shape.inputs])
    }
  }

  private let matrix: CompressedRows
  private let general: BatchLayout
  private let w, x, y: Buffer
  private let work: Work

  init(
    _ shape: LayerShape, _ structure: Structure, batch: Int, on compute: Compute,
    using generator: inout Xoshiro256
  ) {
    let mask = structure.mask(shape, using: &generator)
    let all = Tensor(uniform: -1..<1, shape: mask.shape, using: &generator)
    let packed = SparseMatrix(all, mask: mask)
    matrix = CompressedRows(packed)
    general = BatchLayout(packed, batch: batch, on: compute)
    w = Buffer(packed.dense)
    x = Buffer(Tensor(uniform: -1..<1, shape: [shape.inputs, batch], using: &generator))
    y = Buffer(Tensor(zeros: [shape.outputs, batch]))
    let perWeight = 2 * Double(batch)
    work = .products(
      surviving: perWeight * Double(matrix.survivors),
      all: perWeight * Double(shape.outputs) * Double(shape.inputs))
  }

  /// The layout of the structure: blocks where there are some, otherwise n of m.
  func structured(on compute: Compute) -> Contender {
    if let blocks = SparseBlockLayout(matrix) {
      return side("blocks \(blocks.shape)") {
        compute.multiply(blocks, by: self.x.matrix, into: self.y.matrix)
      }
    }
    let layout = SparseNOfMLayout(matrix)!
    return side("n-of-m") { compute.multiply(layout, by: self.x.matrix, into: self.y.matrix) }
  }

  /// The layout that knows no structure and is meant for the batch.
  func general(on compute: Compute) -> Contender {
    side(general.name) { self.general.multiply(by: self.x, into: self.y, on: compute) }
  }

  /// All weights on the backend.
  func dense(on compute: Compute) -> Contender {
    side("dense \(compute.backend.rawValue)") {
      compute.multiply(self.w.matrix, by: self.x.matrix, into: self.y.matrix)
    }
  }

  private func side(_ name: String, _ multiply: @escaping () -> Void) -> Contender {
    Contender(name, work, multiply).giving {
      multiply()
      return self.y.tensor.values
    }
  }
}
