import Espalier

/// A pruned matrix in the layout that knows no structure of the mask and that plans use for a batch size.
enum BatchLayout {
  case vector(SparseVectorLayout)
  case rowGroups(SparseSmallBatchLayout)
  case packed(SparseMatrix, scratch: Buffer)

  /// The largest batch for which the layout for few samples is meant.
  static let largestSmallBatch = 16

  init(_ matrix: SparseMatrix, batch: Int, on compute: Compute) {
    switch batch {
    case 1: self = .vector(SparseVectorLayout(CompressedRows(matrix)))
    case ...Self.largestSmallBatch: self = .rowGroups(SparseSmallBatchLayout(CompressedRows(matrix)))
    default:
      let needed = matrix.pattern.scratchCount(batch: batch, threads: compute.threads, inputGradient: false)
      self = .packed(matrix, scratch: Buffer(Tensor(zeros: [max(needed, 1)])))
    }
  }

  /// The name of the operator.
  var name: String {
    switch self {
    case .vector: "vector"
    case .rowGroups: "row-groups"
    case .packed: "packed"
    }
  }

  /// Y = W · X.
  func multiply(by x: Buffer, into y: Buffer, on compute: Compute) {
    switch self {
    case .vector(let layout): compute.multiply(layout, by: x.base, into: y.base)
    case .rowGroups(let layout): compute.multiply(layout, by: x.matrix, into: y.matrix)
    case .packed(let matrix, let scratch):
      matrix.values.withUnsafeValues {
        compute.multiply(
          matrix.pattern, values: $0.baseAddress!, by: x.matrix, bias: nil, activation: nil, into: y.matrix,
          scratch: scratch.base)
      }
    }
  }
}
