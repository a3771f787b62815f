public import EspalierNetworks
public import EspalierTensors

/// The weights of one parameter that pruning chooses among: those that are stored, in row-major order.
///
/// Of a dense parameter these are all its values, of which `alive` says which were not pruned before; of a packed one only
/// its survivors. A criterion gives each a score.
public struct PruningCandidates: Sendable {
  /// Which parameter.
  public let path: ParameterPath
  /// The parameter's shape: [outputs, inputs] of a linear layer.
  public let shape: [Int]
  /// The weights.
  public let values: Tensor
  /// Which of them survive so far, in the shape of `values`; nil for all.
  public let alive: Mask?
  /// The row-major places of a packed parameter's survivors; nil where place and index are the same.
  private let places: [Int]?
  /// Slots and places of a packed parameter's stream, to bring other streams into this order.
  private let pattern: SparsePattern?

  /// The candidates of a parameter; O(stored values).
  public init(_ path: ParameterPath, _ parameter: Parameter) {
    self.path = path
    shape = parameter.shape
    (values, alive) = parameter.candidates
    pattern = parameter.pattern
    places = parameter.pattern.map { pattern in
      let (starts, columns) = pattern.compressedRows
      return (0..<pattern.rows).flatMap { row in
        columns[starts[row]..<starts[row + 1]].map { row * pattern.columns + Int($0) }
      }
    }
  }

  /// The number of candidates.
  public var count: Int { values.count }
  /// The number of values of the whole parameter.
  public var parameterCount: Int { shape.reduce(1, *) }
  /// Rows: the first dimension, outputs.
  public var rows: Int { shape.first ?? 1 }
  /// Columns: what is left of the shape, inputs of a linear layer.
  public var columns: Int { shape.dropFirst().reduce(1, *) }
  /// How many survive so far.
  public var survivors: Int { alive?.survivors ?? values.count }

  /// The row-major place in the parameter of the candidate at `index`.
  public func place(of index: Int) -> Int { places?[index] ?? index }

  /// Scores computed from weight, row and column of each candidate; 0 for what was pruned before.
  public func scores(_ score: (_ weight: Float, _ row: Int, _ column: Int) -> Float) -> Tensor {
    let width = max(columns, 1)
    return scores { index, weight in
      let place = place(of: index)
      return score(weight, place / width, place % width)
    }
  }

  /// Scores computed from weight and index of each candidate; 0 for what was pruned before.
  public func scores(_ score: (_ index: Int, _ weight: Float) -> Float) -> Tensor {
    values.withUnsafeValues { weights in
      Tensor(shape: values.shape) { scores in
        for index in weights.indices {
          scores.initializeElement(at: index, to: alive?[index] ?? true ? score(index, weights[index]) : 0)
        }
      }
    }
  }

  /// Numbers that were stored in the order of the parameter's values, such as a gradient, in the order of the candidates.
  package func ordered(_ stored: UnsafeBufferPointer<Float>) -> Tensor {
    let tensor = Tensor(stored, shape: [stored.count])
    guard let pattern else { return tensor.reshaped(to: values.shape) }
    return Tensor(SparseMatrix(pattern, values: tensor).rowMajorValues, shape: values.shape)
  }

  /// The candidate-order entries of a tensor of the parameter's shape.
  public func gathered(_ dense: Tensor) -> Tensor {
    precondition(dense.shape == shape, "scores of shape \(dense.shape) do not fit \(path) of shape \(shape)")
    guard places != nil else { return dense }
    return dense.withUnsafeValues { dense in scores { index, _ in dense[place(of: index)] } }
  }
}
