public import EspalierTensors

/// W ≈ up · down + residual: a matrix of low rank, and, if asked for, some weights that it fits badly.
public struct LowRankApproximation: Sendable {
  /// [outputs, rank]
  public let up: Tensor
  /// [rank, inputs]
  public let down: Tensor
  /// [outputs, inputs], zeros outside `kept`; nil without one.
  public let residual: Tensor?
  /// Which weights the residual has; nil without one.
  public let kept: Mask?

  /// The number of rows of `down`.
  public var rank: Int { down.shape[0] }

  /// The values stored: those of both factors, and the residual's.
  public var storedValues: Int { up.count + down.count + (kept?.survivors ?? 0) }

  /// up · down + residual, [outputs, inputs].
  public func product(on compute: Compute = .current) -> Tensor {
    var sum = up.multiplied(by: down, on: compute)
    guard let residual else { return sum }
    sum.withUnsafeMutableValues { sum in
      residual.withUnsafeValues { residual in
        for index in sum.indices { sum[index] += residual[index] }
      }
    }
    return sum
  }
}
