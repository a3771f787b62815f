public import EspalierNetworks
public import EspalierTensors

/// Stochastic gradient descent with momentum, Nesterov's method and weight decay; formulas in `SGDStep`.
public struct SGD: Optimizer {
  /// The step size.
  public var learningRate: Double
  /// The share of the velocity kept from step to step; 0 keeps no velocity.
  public var momentum: Double
  /// The share of the gradient kept out of the velocity.
  public var dampening: Double
  /// Whether to look ahead along the velocity; needs momentum and no dampening.
  public var nesterov: Bool
  /// L2 regularisation as part of the gradient.
  public var weightDecay: Double

  private var velocities = MomentStore(hasSecond: false)

  /// The optimizer; traps when Nesterov's method is asked for without momentum or with dampening.
  public init(
    learningRate: Double = 0.01, momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false,
    weightDecay: Double = 0
  ) {
    precondition(
      !nesterov || (momentum > 0 && dampening == 0), "Nesterov's method needs momentum and no dampening")
    self.learningRate = learningRate
    self.momentum = momentum
    self.dampening = dampening
    self.nesterov = nesterov
    self.weightDecay = weightDecay
  }

  /// One step.
  public mutating func step(
    _ network: inout Network, gradients: ParameterGradients, learningRate: Double, on compute: Compute
  ) {
    var constants = SGDStep(
      learningRate: Float(learningRate), momentum: Float(momentum), dampening: Float(dampening),
      weightDecay: Float(weightDecay), nesterov: nesterov, isFirst: false)
    var position = 0
    network.visitParameters { path, parameter in
      let gradient = gradients.base(at: position, for: parameter)
      defer { position += 1 }
      guard momentum != 0 else {
        return parameter.withUnsafeMutableStoredValues { values, mask in
          compute.update(values, gradient: gradient, velocity: nil, mask: mask, constants)
        }
      }
      let index = velocities.index(of: path, parameter, position: position)
      velocities.update(at: index) { moments in
        constants.isFirst = moments.steps == 0
        moments.steps += 1
        moments.first.withUnsafeMutableValues { velocity in
          parameter.withUnsafeMutableStoredValues { values, mask in
            compute.update(values, gradient: gradient, velocity: velocity.baseAddress, mask: mask, constants)
          }
        }
      }
    }
  }

  /// Forgets the velocities.
  public mutating func reset() { velocities = MomentStore(hasSecond: false) }
}
