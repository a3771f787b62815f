public import EspalierNetworks
public import EspalierTensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Adam, and with decoupled weight decay AdamW; formulas and sources in `AdamStep`.
///
/// Memory: two moments of the parameters' size.
public struct Adam: Optimizer {
  /// How weight decay acts.
  public enum Decay: Sendable, Hashable {
    /// As part of the gradient (L2 regularisation): classic Adam.
    case coupled
    /// Apart from the gradient: AdamW.
    case decoupled
  }

  /// The step size.
  public var learningRate: Double
  /// The decay of the first moment.
  public var beta1: Double
  /// The decay of the second moment.
  public var beta2: Double
  /// Added to the root of the second moment; at least 2⁻¹²⁶, the smallest number that is not denormal. With 0 a weight whose
  /// gradient has always been 0 would become 0 / 0.
  public var epsilon: Double { didSet { requireEpsilon() } }
  /// The strength of weight decay.
  public var weightDecay: Double
  /// How weight decay acts.
  public var decay: Decay

  private var moments = MomentStore(hasSecond: true)

  /// The optimizer with the paper's defaults; traps on an epsilon below 2⁻¹²⁶.
  public init(
    learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0, decay: Decay = .coupled
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decay = decay
    requireEpsilon()
  }

  private func requireEpsilon() {
    precondition(
      epsilon >= 0x1p-126, "Adam's epsilon must be at least 2⁻¹²⁶ (1.2e−38), not \(epsilon)")
  }

  /// AdamW: Adam with decoupled weight decay, 0.01 by default.
  public static func adamW(learningRate: Double = 0.001, weightDecay: Double = 0.01) -> Adam {
    Adam(learningRate: learningRate, weightDecay: weightDecay, decay: .decoupled)
  }

  /// One step.
  public mutating func step(
    _ network: inout Network, gradients: ParameterGradients, learningRate: Double, on compute: Compute
  ) {
    var constants = AdamStep(
      learningRate: Float(learningRate), beta1: Float(beta1), beta2: Float(beta2), epsilon: Float(epsilon),
      biasCorrection1: 1, biasCorrection2: 1, coupledDecay: decay == .coupled ? Float(weightDecay) : 0,
      decoupledDecay: decay == .decoupled ? Float(weightDecay) : 0)
    var position = 0
    network.visitParameters { path, parameter in
      let gradient = gradients.base(at: position, for: parameter)
      let index = moments.index(of: path, parameter, position: position)
      moments.update(at: index) { moments in
        moments.steps += 1
        constants.biasCorrection1 = Self.correction(constants.beta1, moments.steps)
        constants.biasCorrection2 = Self.correction(constants.beta2, moments.steps)
        moments.first.withUnsafeMutableValues { first in
          moments.second.withUnsafeMutableValues { second in
            parameter.withUnsafeMutableStoredValues { values, mask in
              compute.update(
                values, gradient: gradient, firstMoment: first.baseAddress!,
                secondMoment: second.baseAddress!, mask: mask, constants)
            }
          }
        }
      }
      position += 1
    }
  }

  /// 1 − βᵗ for the β that the step computes with: the `Float` next to 0.999 has a 1 − β that is 1.3e−5 off, and what
  /// corrects it has to be off by as much.
  static func correction(_ beta: Float, _ steps: Int) -> Float {
    Float(1 - pow(Double(beta), Double(steps)))
  }

  /// Forgets the moments and starts counting steps anew.
  public mutating func reset() { moments = MomentStore(hasSecond: true) }
}
