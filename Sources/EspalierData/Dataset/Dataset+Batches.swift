public import EspalierTensors

extension Dataset {
  /// Writes the chosen samples into the columns of `destination`; traps unless it is features × indices.
  public func gatherSamples(
    _ indices: UnsafeBufferPointer<Int32>, into destination: MatrixView, on compute: Compute
  ) {
    precondition(
      destination.rows == featureCount,
      "samples of \(featureCount) features do not fit \(destination.rows) rows")
    requireIndices(indices)
    switch samples {
    case .bytes(let bytes, let scale, let offset):
      bytes.withUnsafeBufferPointer {
        guard let base = $0.baseAddress else { return }
        compute.gather(base, indices: indices, scale: scale, offset: offset, into: destination)
      }
    case .floats(let floats):
      floats.withUnsafeBufferPointer {
        guard let base = $0.baseAddress else { return }
        compute.gather(base, indices: indices, scale: 1, offset: 0, into: destination)
      }
    }
  }

  /// Writes the chosen samples' classes; traps when the answers are values.
  public func gatherClasses(
    _ indices: UnsafeBufferPointer<Int32>, into destination: UnsafeMutableBufferPointer<Int32>
  ) {
    guard case .classes(let classes, _) = answers else {
      preconditionFailure("the data set has values, not classes")
    }
    requireIndices(indices)
    for (position, index) in indices.enumerated() { destination[position] = classes[Int(index)] }
  }

  /// Writes the chosen samples' answers as values, one column a sample; classes become one-hot columns.
  public func gatherValues(_ indices: UnsafeBufferPointer<Int32>, into destination: MatrixView) {
    precondition(
      destination.rows == answerWidth && destination.columns == indices.count,
      "\(indices.count) answers of \(answerWidth) values do not fit \(destination.rows) × \(destination.columns)"
    )
    requireIndices(indices)
    switch answers {
    case .classes(let classes, _):
      destination.values.update(repeating: 0)
      for (column, index) in indices.enumerated() { destination[Int(classes[Int(index)]), column] = 1 }
    case .values(let values, let width):
      for (column, index) in indices.enumerated() {
        for row in 0..<width { destination[row, column] = values[Int(index) * width + row] }
      }
    }
  }

  private func requireIndices(_ indices: UnsafeBufferPointer<Int32>) {
    for index in indices {
      precondition(index >= 0 && index < count, "sample \(index) outside \(count) samples")
    }
  }
}
