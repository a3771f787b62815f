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
    switch self {
    case .uniformFanIn: Self.uniform(1 / Double(fanIn).squareRoot(), shape, &generator)
    case .kaimingUniform: Self.uniform((6 / Double(fanIn)).squareRoot(), shape, &generator)
    case .kaimingNormal: Self.normal((2 / Double(fanIn)).squareRoot(), shape, &generator)
    case .xavierUniform: Self.uniform((6 / Double(fanIn + fanOut)).squareRoot(), shape, &generator)
    case .xavierNormal: Self.normal((2 / Double(fanIn + fanOut)).squareRoot(), shape, &generator)
    case .constant(let value): Tensor(repeating: value, shape: shape)
    }
  }

  private static func uniform(
    _ limit: Double, _ shape: [Int], _ generator: inout some RandomNumberGenerator
  ) -> Tensor {
    guard limit.isFinite else { return Tensor(zeros: shape) }
    return Tensor(uniform: Float(-limit)..<Float(limit), shape: shape, using: &generator)
  }

  /// Box and Muller's transformation, both of its values used.
  private static func normal(
    _ deviation: Double, _ shape: [Int], _ generator: inout some RandomNumberGenerator
  ) -> Tensor {
    guard deviation.isFinite else { return Tensor(zeros: shape) }
    return Tensor(shape: shape) { values in
      for first in stride(from: 0, to: values.count, by: 2) {
        let radius = deviation * (-2 * log(1 - Double(generator.next() >> 11) * 0x1p-53)).squareRoot()
        let angle = 2 * Double.pi * Double(generator.next() >> 11) * 0x1p-53
        values.initializeElement(at: first, to: Float(radius * cos(angle)))
        if first + 1 < values.count {
          values.initializeElement(at: first + 1, to: Float(radius * sin(angle)))
        }
      }
    }
  }
}
