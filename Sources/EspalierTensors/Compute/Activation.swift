internal import CEspalierKernels

/// An element-wise activation function.
public enum Activation: Sendable, Hashable {
  /// max(x, 0)
  case relu
  /// x for x ≥ 0, slope · x below; the slope is positive.
  case leakyReLU(slope: Float)
  /// 1 / (1 + e⁻ˣ)
  case sigmoid
  /// tanh x
  case tanh
  /// x · Φ(x) with the normal distribution function Φ, the exact form (Hendrycks and Gimpel, 2016).
  case gelu

  /// Whether the derivative is a function of the output, so that the input need not be kept: all but GELU.
  public var derivativeFollowsFromOutput: Bool { self != .gelu }

  var kernelName: EspalierActivation {
    switch self {
    case .relu: ESPALIER_RELU
    case .leakyReLU: ESPALIER_LEAKY_RELU
    case .sigmoid: ESPALIER_SIGMOID
    case .tanh: ESPALIER_TANH
    case .gelu: ESPALIER_GELU
    }
  }

  var parameter: Float {
    if case .leakyReLU(let slope) = self { slope } else { 0 }
  }
}

/// An activation as the kernels take it; the identity for none.
struct KernelActivation {
  let name: EspalierActivation
  let parameter: Float

  init(_ activation: Activation?) {
    name = activation?.kernelName ?? ESPALIER_IDENTITY
    parameter = activation?.parameter ?? 0
  }
}
