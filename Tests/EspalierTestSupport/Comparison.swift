public import EspalierTensors

/// The largest |found − expected| / max(1, |expected|); infinite where the counts differ or a value is NaN.
public func largestDifference(
  _ found: some Collection<Float>, _ expected: some Collection<Double>
) -> Double {
  guard found.count == expected.count else { return .infinity }
  return zip(found, expected).reduce(0) { worst, pair in
    let difference = abs(Double(pair.0) - pair.1) / max(1, abs(pair.1))
    return difference.isNaN ? .infinity : max(worst, difference)
  }
}

/// The largest |found − expected| / max(1, |expected|), as above.
public func largestDifference(_ found: some Collection<Float>, _ expected: FixtureArray) -> Double {
  largestDifference(found, expected.values.map(Double.init))
}

extension FixtureArray {
  /// The values as a tensor.
  public var tensor: Tensor { Tensor(values, shape: shape) }

  /// A matrix of samples × features, feature-major: the columns become rows.
  public var transposed: FixtureArray {
    let (rows, columns) = (shape[0], shape[1])
    return FixtureArray(
      shape: [columns, rows],
      values: (0..<columns).flatMap { column in (0..<rows).map { values[$0 * columns + column] } })
  }
}

extension FixtureArray {
  /// An array [samples, shape…] as the engine has it, [shape…, samples].
  public var samplesLast: FixtureArray {
    let samples = FixtureArray(shape: [shape[0], values.count / max(shape[0], 1)], values: values)
    return FixtureArray(shape: shape.dropFirst() + [shape[0]], values: samples.transposed.values)
  }
}

extension Tensor {
  /// The patterns of all values: equal only for equal bits.
  public var bits: [UInt32] { values.map(\.bitPattern) }
}
