internal import EspalierTensors

/// y = factor · x + offset for each channel c, [factors[c], offsets[c]].
public struct ChannelAffine: Sendable, Hashable {
  /// One factor a channel.
  public let factors: [Float]
  /// One summand a channel.
  public let offsets: [Float]

  /// A map; traps unless there are as many factors as offsets.
  public init(factors: [Float], offsets: [Float]) {
    precondition(
      factors.count == offsets.count, "\(factors.count) factors and \(offsets.count) offsets of channels")
    self.factors = factors
    self.offsets = offsets
  }

  /// The bias of a layer of products whose own bias is given: factor · b + offset.
  func bias(after bias: Parameter?) -> Parameter {
    let own = bias?.values.values ?? [Float](repeating: 0, count: factors.count)
    let values = zip(zip(own, factors), offsets).map { $0.0 * $0.1 + $1 }
    return Parameter(Tensor(values, shape: [values.count]), role: .bias)
  }
}

extension Parameter {
  /// Multiplies all values at index r of the first axis by factors[r]; what is pruned stays +0.0. Costs one pass over the
  /// stored values.
  mutating func scale(rowsBy factors: [Float]) {
    precondition(
      shape.first == factors.count, "\(factors.count) factors do not fit a parameter of shape \(shape)")
    if var matrix = packed {
      var ordered = matrix.rowMajorValues
      var index = 0
      for (row, count) in matrix.pattern.rowCounts.enumerated() {
        for _ in 0..<count {
          ordered[index] *= factors[row]
          index += 1
        }
      }
      matrix.setRowMajorValues(ordered)
      storage = matrix.values
    } else {
      let length = count / max(factors.count, 1)
      storage.withUnsafeMutableValues { values in
        for index in values.indices { values[index] *= factors[index / length] }
      }
      if let denseMask { storage.zero(outside: denseMask) }
    }
  }
}

extension BatchNorm {
  /// factor = scale / √(v + ε), offset = shift − m · factor, with the running statistics.
  public var affineAtInference: ChannelAffine? {
    let (means, variances) = (runningMean.values, runningVariance.values)
    let (scales, shifts) = (scale?.values.values, shift?.values.values)
    let factors = (0..<channels).map { channel in
      Double(scales?[channel] ?? 1) / (Double(variances[channel]) + Double(epsilon)).squareRoot()
    }
    let offsets = (0..<channels).map { channel in
      Double(shifts?[channel] ?? 0) - Double(means[channel]) * factors[channel]
    }
    return ChannelAffine(factors: factors.map(Float.init), offsets: offsets.map(Float.init))
  }
}

extension Linear {
  /// w′ = factor · w, b′ = factor · b + offset, row by row.
  public func followed(by affine: ChannelAffine) -> Linear? {
    var layer = self
    layer.weight.scale(rowsBy: affine.factors)
    layer.bias = affine.bias(after: bias)
    return layer
  }
}

extension Conv2d {
  /// w′ = factor · w, b′ = factor · b + offset, filter by filter.
  public func followed(by affine: ChannelAffine) -> Conv2d? {
    var layer = self
    layer.weight.scale(rowsBy: affine.factors)
    layer.bias = affine.bias(after: bias)
    return layer
  }
}
