/// What normalises each channel of an activation, x ↦ (x − mean) / √(variance + ε) · scale + shift: borrowed numbers, one a
/// channel.
public struct ChannelNormalization {
  /// The means.
  public let mean: UnsafePointer<Float>
  /// The variances.
  public let variance: UnsafePointer<Float>
  /// The factors; nil for 1.
  public let scale: UnsafePointer<Float>?
  /// The summands; nil for 0.
  public let shift: UnsafePointer<Float>?
  /// What is added to the variances.
  public let epsilon: Float

  /// A normalisation by borrowed numbers.
  public init(
    mean: UnsafePointer<Float>, variance: UnsafePointer<Float>, scale: UnsafePointer<Float>?,
    shift: UnsafePointer<Float>?, epsilon: Float
  ) {
    self.mean = mean
    self.variance = variance
    self.scale = scale
    self.shift = shift
    self.epsilon = epsilon
  }

  /// 1 / √(variance + ε)
  func inverse(_ channel: Int) -> Float { 1 / (variance[channel] + epsilon).squareRoot() }
  /// scale / √(variance + ε)
  func factor(_ channel: Int) -> Float { (scale?[channel] ?? 1) * inverse(channel) }
  /// shift
  func summand(_ channel: Int) -> Float { shift?[channel] ?? 0 }
}
