public import EspalierData
internal import EspalierNetworks
public import EspalierTensors

extension Dataset {
  /// The share of samples whose largest output is their class, in 0…1; `outputs` are [count, classes…].
  ///
  /// Traps when the data set has values instead of classes, or there are outputs for another number of samples.
  public func accuracy(of outputs: Tensor) -> Double {
    guard case .classes(let classes, _) = answers else { preconditionFailure("the data set has no classes") }
    let right = zip(largestOutputs(of: outputs), classes).count { $0 == Int($1) }
    return Double(right) / Double(max(count, 1))
  }

  /// For each sample the position of its largest output, the lowest winning ties.
  func largestOutputs(of outputs: Tensor) -> [Int] {
    precondition(outputs.shape.first == count, "outputs of shape \(outputs.shape) for \(count) samples")
    let width = outputs.count / max(count, 1)
    return outputs.withUnsafeValues { values in
      (0..<count).map { sample in
        let own = values[sample * width..<(sample + 1) * width]
        return own.indices.reduce(own.startIndex) { own[$1] > own[$0] ? $1 : $0 } - own.startIndex
      }
    }
  }
}
