extension Tensor {
  /// Values drawn independently from the uniform distribution on [`range.lowerBound`, `range.upperBound`), with 24
  /// random bits each.
  public init(uniform range: Range<Float>, shape: [Int], using generator: inout some RandomNumberGenerator) {
    let width = range.upperBound - range.lowerBound
    self.init(shape: shape) { values in
      for index in values.indices {
        let unit = Float(generator.next() >> 40) * 0x1p-24
        values.initializeElement(at: index, to: range.lowerBound + width * unit)
      }
    }
  }
}
