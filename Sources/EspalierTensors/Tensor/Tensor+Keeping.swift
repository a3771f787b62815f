extension Tensor {
  /// The values at the given indices of an axis, in that order; the other axes stay whole. Traps outside the shape.
  public func keeping(_ indices: [Int], axis: Int) -> Tensor {
    let runs = KeptRuns(indices, axis: axis, of: shape)
    return Tensor(shape: runs.shape) { result in
      withUnsafeValues { values in
        runs.forEach { source, target in
          _ = result[target..<target + runs.length].update(
            fromContentsOf: values[source..<source + runs.length])
        }
      }
    }
  }
}

extension Mask {
  /// The bits at the given indices of an axis, in that order; the other axes stay whole. Traps outside the shape.
  public func keeping(_ indices: [Int], axis: Int) -> Mask {
    let runs = KeptRuns(indices, axis: axis, of: shape)
    var result = Mask(ones: runs.shape)
    withUnsafeWords { bits in
      result.withUnsafeMutableWords { words in
        runs.forEach { source, target in
          for offset in 0..<runs.length {
            let (from, to) = (source + offset, target + offset)
            if bits[from >> 6] >> UInt64(from & 63) & 1 == 0 { words[to >> 6] &= ~(1 << UInt64(to & 63)) }
          }
        }
      }
    }
    return result
  }
}

/// Contiguous pieces that a slice along one axis is made of.
private struct KeptRuns {
  let shape: [Int]
  /// Elements of a run.
  let length: Int
  private let indices: [Int]
  private let outer: Int
  private let axisLength: Int

  init(_ indices: [Int], axis: Int, of shape: [Int]) {
    precondition(
      shape.indices.contains(axis) && indices.allSatisfy { 0..<shape[axis] ~= $0 },
      "indices \(indices) are not all in axis \(axis) of \(shape)")
    var sliced = shape
    sliced[axis] = indices.count
    self.shape = sliced
    self.indices = indices
    length = shape[(axis + 1)...].reduce(1, *)
    outer = shape[..<axis].reduce(1, *)
    axisLength = shape[axis]
  }

  /// Visits the first element of every run in the whole and in the slice.
  func forEach(_ body: (_ source: Int, _ target: Int) -> Void) {
    var target = 0
    for block in 0..<outer {
      for index in indices {
        body((block * axisLength + index) * length, target)
        target += length
      }
    }
  }
}
