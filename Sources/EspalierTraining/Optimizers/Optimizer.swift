public import EspalierNetworks
public import EspalierTensors

/// A rule that moves parameters against their gradients.
///
/// State (moments) is keyed by parameter path and appears with the first step. A pruned weight takes no part: its
/// gradient counts as 0, and the weight and its moments are written as +0.0 in the same pass, whatever momentum and
/// weight decay would do.
public protocol Optimizer: Sendable {
  /// The step size before any schedule.
  var learningRate: Double { get set }

  /// Moves every parameter by one step of size `learningRate`.
  mutating func step(
    _ network: inout Network, gradients: ParameterGradients, learningRate: Double, on compute: Compute)

  /// Forgets all state, as if no step had been made.
  mutating func reset()
}
