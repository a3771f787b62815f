#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The hard concrete distribution of gates in 0…1 that are 0 or 1 with a positive probability and yet have a gradient.
///
/// With u from U(0, 1): s = σ((log u − log(1 − u) + log α) / β), and z = min(1, max(0, s · (ζ − γ) + γ)).
///
/// Source: C. Louizos, M. Welling and D. Kingma, "Learning sparse neural networks through L0 regularization" (ICLR 2018),
/// whose constants are the defaults.
public struct HardConcrete: ValidatedSettings, Sendable, Hashable, Codable {
  /// The temperature.
  public let beta: Double
  /// The lower end of the stretched interval, below 0.
  public let gamma: Double
  /// The upper end of the stretched interval, above 1.
  public let zeta: Double

  /// The distribution; traps unless β > 0, γ < 0 and ζ > 1.
  public init(beta: Double = 2.0 / 3, gamma: Double = -0.1, zeta: Double = 1.1) {
    self.beta = beta
    self.gamma = gamma
    self.zeta = zeta
    requireValid()
  }

  /// Constants out of their ranges.
  public var problem: String? {
    notPositive("beta", beta)
      ?? (gamma < 0 && gamma.isFinite ? nil : "gamma: expected a negative number, found \(gamma)")
      ?? (zeta > 1 && zeta.isFinite ? nil : "zeta: expected a number above 1, found \(zeta)")
  }

  /// The gate for u between 0 and 1, and its derivative by log α.
  public func gate(logAlpha: Double, uniform u: Double) -> (value: Double, derivative: Double) {
    let s = sigmoid((log(u / (1 - u)) + logAlpha) / beta)
    let stretched = s * (zeta - gamma) + gamma
    guard stretched > 0 else { return (0, 0) }
    guard stretched < 1 else { return (1, 0) }
    return (stretched, (zeta - gamma) * s * (1 - s) / beta)
  }

  /// The gate without chance, for evaluation: min(1, max(0, σ(log α) · (ζ − γ) + γ)).
  public func meanGate(logAlpha: Double) -> Double {
    min(1, max(0, sigmoid(logAlpha) * (zeta - gamma) + gamma))
  }

  /// The probability that the gate is not 0, σ(log α − β · log(−γ / ζ)), and its derivative by log α.
  public func openProbability(logAlpha: Double) -> (value: Double, derivative: Double) {
    openProbability(atDistance: logAlpha - middle)
  }

  /// The same for log α − `middle`, to spare a logarithm a gate.
  func openProbability(atDistance distance: Double) -> (value: Double, derivative: Double) {
    let open = sigmoid(distance)
    return (open, open * (1 - open))
  }

  /// β · log(−γ / ζ): the log α of gates that are as likely to be open as not.
  var middle: Double { beta * log(-gamma / zeta) }

  /// The log α with which a gate's s has the mean 1 − `rate` without chance.
  func logAlpha(dropRate rate: Double) -> Double { log(1 - rate) - log(rate) }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
}
