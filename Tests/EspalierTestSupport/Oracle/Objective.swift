internal import EspalierNetworks
public import EspalierTensors

/// A loss together with the answers for one batch: computed by the engine, and by its formula in `Double`.
public enum Objective: Sendable {
  /// Cross-entropy of one class a sample, with label smoothing.
  case crossEntropy(classes: [Int32], smoothing: Float = 0)
  /// The mean squared difference from values of the output's shape, feature-major.
  case meanSquaredError([Float])

  /// The mean loss of a batch by the formula.
  public func value(_ output: [Double], batch: Int) -> Double {
    switch self {
    case .meanSquaredError(let targets):
      return zip(output, targets).reduce(0) { $0 + ($1.0 - Double($1.1)) * ($1.0 - Double($1.1)) }
        / Double(output.count)
    case .crossEntropy(let classes, let smoothing):
      let logarithms = NetworkOracle.logSoftmax(output, batch: batch)
      let features = output.count / batch
      let spread = Double(smoothing) / Double(features)
      let samples = classes.enumerated().map { column, target in
        (0..<features).reduce(0.0) { sum, row in
          let share = (row == Int(target) ? 1 - Double(smoothing) : 0) + spread
          return sum - share * logarithms[row * batch + column]
        }
      }
      return samples.reduce(0, +) / Double(batch)
    }
  }

  /// What the engine finds, and, if asked for, the gradient of the mean by the outputs.
  public func evaluate(_ output: MatrixView, gradient: MatrixView?, on compute: Compute) -> BatchLoss {
    switch self {
    case .crossEntropy(let classes, let smoothing):
      return classes.withUnsafeBufferPointer {
        CrossEntropy(labelSmoothing: smoothing)
          .evaluate(output, .classes($0), gradient: gradient, on: compute)
      }
    case .meanSquaredError(var targets):
      return targets.withUnsafeMutableBufferPointer {
        let values = MatrixView(base: $0.baseAddress!, rows: output.rows, columns: output.columns)
        return MeanSquaredError().evaluate(output, .values(values), gradient: gradient, on: compute)
      }
    }
  }
}
