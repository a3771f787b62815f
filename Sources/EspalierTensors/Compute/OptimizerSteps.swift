internal import CEspalierKernels

/// The constants of one Adam or AdamW step.
///
/// With g the gradient plus `coupledDecay` · w: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g²,
/// w ← w·(1 − rate·`decoupledDecay`) − rate · (m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε).
///
/// Source: D. Kingma and J. Ba, "Adam" (ICLR 2015); I. Loshchilov and F. Hutter, "Decoupled weight decay
/// regularization" (ICLR 2019).
public struct AdamStep: Sendable {
  /// The step size.
  public var learningRate: Float
  /// The decay of the first moment.
  public var beta1: Float
  /// The decay of the second moment.
  public var beta2: Float
  /// Added to the root of the second moment.
  public var epsilon: Float
  /// 1 − β₁ᵗ for step t.
  public var biasCorrection1: Float
  /// 1 − β₂ᵗ for step t.
  public var biasCorrection2: Float
  /// Weight decay as part of the gradient (L2 regularisation).
  public var coupledDecay: Float
  /// Weight decay apart from the gradient (AdamW).
  public var decoupledDecay: Float

  /// The constants, one by one.
  public init(
    learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, biasCorrection1: Float,
    biasCorrection2: Float,
    coupledDecay: Float, decoupledDecay: Float
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.biasCorrection1 = biasCorrection1
    self.biasCorrection2 = biasCorrection2
    self.coupledDecay = coupledDecay
    self.decoupledDecay = decoupledDecay
  }
}

/// The constants of one step of stochastic gradient descent.
///
/// With g the gradient plus `weightDecay` · w and velocity v: v ← momentum · v + (1 − dampening) · g (the first step:
/// v ← g), and w ← w − rate · v, with Nesterov's method w ← w − rate · (g + momentum · v).
///
/// Source: I. Sutskever et al., "On the importance of initialization and momentum in deep learning" (ICML 2013), in
/// PyTorch's form.
public struct SGDStep: Sendable {
  /// The step size.
  public var learningRate: Float
  /// The share of the velocity that is kept; 0 needs no velocity.
  public var momentum: Float
  /// The share of the gradient that is kept out of the velocity.
  public var dampening: Float
  /// Weight decay as part of the gradient (L2 regularisation).
  public var weightDecay: Float
  /// Whether the step looks ahead along the velocity.
  public var nesterov: Bool
  /// Whether the velocity starts with this step.
  public var isFirst: Bool

  /// The constants, one by one.
  public init(
    learningRate: Float, momentum: Float, dampening: Float, weightDecay: Float, nesterov: Bool, isFirst: Bool
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.nesterov = nesterov
    self.isFirst = isFirst
  }
}

/// Updates below this many weights stay on one thread.
private let leastWeightsPerThread = 1 << 15

extension Compute {
  /// One Adam step over `values` in one pass; where the mask is 0, the weight and both moments are written as 0.
  public func update(
    _ values: UnsafeMutableBufferPointer<Float>, gradient: UnsafePointer<Float>,
    firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>,
    mask: UnsafePointer<UInt64>?,
    _ step: AdamStep
  ) {
    guard let base = values.baseAddress, !values.isEmpty else { return }
    let kernel = kernels.adam
    let constants = EspalierAdam(
      learning_rate: step.learningRate, beta1: step.beta1, beta2: step.beta2, epsilon: step.epsilon,
      bias_correction1: step.biasCorrection1, bias_correction2: step.biasCorrection2,
      coupled_decay: step.coupledDecay,
      decoupled_decay: step.decoupledDecay)
    withUnsafePointer(to: constants) { constants in
      split(
        values.count, grain: 64, minimum: leastWeightsPerThread,
        (kernel, base, gradient, firstMoment, secondMoment, mask, constants)
      ) { task, part in
        let (kernel, base, gradient, firstMoment, secondMoment, mask, constants) = task
        let first = part.lowerBound
        kernel(
          base + first, gradient + first, firstMoment + first, secondMoment + first,
          mask.map { $0 + first / 64 }, part.count, constants)
      }
    }
  }

  /// One step of stochastic gradient descent over `values` in one pass; where the mask is 0, the weight and its velocity
  /// are written as 0.
  public func update(
    _ values: UnsafeMutableBufferPointer<Float>, gradient: UnsafePointer<Float>,
    velocity: UnsafeMutablePointer<Float>?, mask: UnsafePointer<UInt64>?, _ step: SGDStep
  ) {
    guard let base = values.baseAddress, !values.isEmpty else { return }
    precondition(step.momentum == 0 || velocity != nil, "momentum \(step.momentum) needs a velocity")
    let kernel = kernels.sgd
    let constants = EspalierSGD(
      learning_rate: step.learningRate, momentum: step.momentum, dampening: step.dampening,
      weight_decay: step.weightDecay, nesterov: step.nesterov, first_step: step.isFirst)
    withUnsafePointer(to: constants) { constants in
      split(
        values.count, grain: 64, minimum: leastWeightsPerThread,
        (kernel, base, gradient, velocity, mask, constants)
      ) { task, part in
        let (kernel, base, gradient, velocity, mask, constants) = task
        let first = part.lowerBound
        kernel(
          base + first, gradient + first, velocity.map { $0 + first }, mask.map { $0 + first / 64 },
          part.count, constants)
      }
    }
  }
}
