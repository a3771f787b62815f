public import EspalierNetworks

/// A function R of a parameter's values that a regulariser makes small; exact in value and gradient.
///
/// All of them are 0 where all values are, and have the gradient 0 at a value of 0, so pruned weights and the padding of
/// packed ones take no part: they stay +0.0.
public protocol Penalty: Sendable, Hashable, Codable {
  /// Whether there is a proximal step in closed form.
  static var hasProximalStep: Bool { get }

  /// R.
  func value(of parameter: Parameter) -> Double

  /// Adds `scale` · ∂R/∂w to a gradient of one number for each stored value; a subgradient where R has a kink.
  func addGradient(of parameter: Parameter, scale: Double, to gradient: UnsafeMutableBufferPointer<Float>)

  /// The proximal step w ← argmin over v of ½‖v − w‖² + `amount` · R(v), which makes weights exactly 0; traps where there
  /// is none in closed form.
  func shrink(_ parameter: inout Parameter, by amount: Double)
}

extension Penalty {
  /// None.
  public static var hasProximalStep: Bool { false }

  /// Traps.
  public func shrink(_ parameter: inout Parameter, by amount: Double) {
    preconditionFailure("\(Self.self) has no proximal step in closed form")
  }
}

extension Parameter {
  /// Replaces every stored value; `change` must give +0.0 for 0.
  mutating func changeStored(_ change: (Float) -> Float) {
    withUnsafeMutableStoredValues { values, _ in
      for index in values.indices { values[index] = change(values[index]) }
    }
  }
}

/// The sign of a value: 1, −1, and 0 for 0 and for a NaN.
@inline(__always)
func sign(_ value: Float) -> Float { (value > 0 ? 1 : 0) - (value < 0 ? 1 : 0) }

/// sign(w) · max(|w| − amount, 0): the proximal step of the absolute value. +0.0 for what falls; a NaN stays one.
@inline(__always)
func softThreshold(_ value: Float, _ amount: Float) -> Float {
  abs(value) <= amount ? 0 : value - (value > 0 ? amount : -amount)
}

/// Σ|w| and Σw² in double precision, in eight partial sums.
struct NormSums {
  var absolute = 0.0
  var squares = 0.0

  init(of values: UnsafeBufferPointer<Float>) {
    var (absolutes, powers) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
    var index = 0
    while index + 8 <= values.count {
      var part = SIMD8<Double>.zero
      for lane in 0..<8 { part[lane] = Double(values[index + lane]) }
      absolutes += part.replacing(with: -part, where: part .< 0)
      powers += part * part
      index += 8
    }
    (absolute, squares) = (absolutes.sum(), powers.sum())
    while index < values.count {
      let value = Double(values[index])
      absolute += abs(value)
      squares += value * value
      index += 1
    }
  }
}
