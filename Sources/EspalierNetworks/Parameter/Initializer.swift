public import EspalierTensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// How the weights of a layer are drawn before training. Fan-in and fan-out are the numbers of inputs and outputs of one
/// neuron.
public enum Initializer: Sendable, Hashable {
  /// U(−1/√fan-in, 1/√fan-in): the default of linear layers, weights and biases, as in PyTorch.
  case uniformFanIn
  /// U(−a, a) with a = √(6 / fan-in): K. He et al., "Delving deep into rectifiers" (ICCV 2015).
  case kaimingUniform
  /// N(0, 2 / fan-in), of the same paper.
  case kaimingNormal
  /// U(−a, a) with a = √(6 / (fan-in + fan-out)): X. Glorot and Y. Bengio, AISTATS 2010.
  case xavierUniform
  /// N(0, 2 / (fan-in + fan-out)), of the same paper.
  case xavierNormal
  /// The same value everywhere.
  case constant(Float)

  /// A tensor drawn this way. A layer without inputs gets zeros from the fan-in rules.
  public func tensor(
    shape: [Int], fanIn: Int, fanOut: Int, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    switch distribution(fanIn: Double(fanIn), fanOut: Double(fanOut)) {
    case .uniform(let limit):
      Tensor(uniform: Float(-limit)..<Float(limit), shape: shape, using: &generator)
    case .normal(let deviation): Self.normal(deviation, shape, &generator)
    case .constant(let value): Tensor(repeating: value, shape: shape)
    }
  }

  /// What a rule comes to for one neuron.
  enum Distribution {
    /// U(−limit, limit).
    case uniform(limit: Double)
    /// N(0, deviation²).
    case normal(deviation: Double)
    case constant(Float)
  }

  /// What the rule comes to with that fan-in and fan-out; 0 for a neuron without the connections it asks for.
  func distribution(fanIn: Double, fanOut: Double) -> Distribution {
    switch self {
    case .uniformFanIn: .uniform(1 / fanIn.squareRoot())
    case .kaimingUniform: .uniform((6 / fanIn).squareRoot())
    case .kaimingNormal: .normal((2 / fanIn).squareRoot())
    case .xavierUniform: .uniform((6 / (fanIn + fanOut)).squareRoot())
    case .xavierNormal: .normal((2 / (fanIn + fanOut)).squareRoot())
    case .constant(let value): .constant(value)
    }
  }

  /// Box and Muller's transformation, both of its values used.
  private static func normal(
    _ deviation: Double, _ shape: [Int], _ generator: inout some RandomNumberGenerator
  ) -> Tensor {
    Tensor(shape: shape) { values in
      for first in stride(from: 0, to: values.count, by: 2) {
        let pair = normalPair(deviation, &generator)
        values.initializeElement(at: first, to: Float(pair.0))
        if first + 1 < values.count { values.initializeElement(at: first + 1, to: Float(pair.1)) }
      }
    }
  }
}

extension Initializer.Distribution {
  fileprivate static func uniform(_ limit: Double) -> Self {
    limit.isFinite ? .uniform(limit: limit) : .constant(0)
  }

  fileprivate static func normal(_ deviation: Double) -> Self {
    deviation.isFinite ? .normal(deviation: deviation) : .constant(0)
  }

  /// One value.
  func value(using generator: inout some RandomNumberGenerator) -> Float {
    switch self {
    case .uniform(let limit): Float(-limit) + 2 * Float(limit) * Float(generator.next() >> 40) * 0x1p-24
    case .normal(let deviation): Float(normalPair(deviation, &generator).0)
    case .constant(let value): value
    }
  }
}

/// Two independent values of N(0, deviation²).
private func normalPair(
  _ deviation: Double, _ generator: inout some RandomNumberGenerator
) -> (Double, Double) {
  let radius = deviation * (-2 * log(1 - Double(generator.next() >> 11) * 0x1p-53)).squareRoot()
  let angle = 2 * Double.pi * Double(generator.next() >> 11) * 0x1p-53
  return (radius * cos(angle), radius * sin(angle))
}
