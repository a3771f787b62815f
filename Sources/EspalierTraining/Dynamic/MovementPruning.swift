public import EspalierNetworks
public import EspalierPruning
public import EspalierTensors

/// Movement pruning: weights survive that training moves away from 0, whatever their magnitude.
///
/// The score of a weight is S = −Σ w · ∂L/∂w, summed over the steps of the training with the gradient at the forward weights:
/// it rises when a step of gradient descent lengthens the weight. At every update the sparsity of a `GradualPruning` ramp is
/// met exactly, in each layer, by the smallest scores. The scores of pruned weights go on (straight through the mask), and
/// one that rises enough brings its weight back with the value it had when it went.
///
/// Made for fine-tuning a trained network, where magnitudes are inherited and say little. Trains dense: a step costs as much
/// as the dense network's, and a copy of the weights and the scores are kept. The network itself always has the mask.
/// Weights that were pruned before the training stay pruned.
///
/// Source: V. Sanh, T. Wolf and A. Rush, "Movement pruning: adaptive sparsity by fine-tuning" (NeurIPS 2020), the hard form.
/// They learn the scores by the optimizer; here they are the plain sum, without a rate.
public struct MovementPruning: TrainingCallback {
  /// The sparsities, the schedule and the weights; `scope` must be `.eachParameter`.
  public let pruning: GradualPruning
  private var layers: [ParameterPath: Layer] = [:]

  private struct Layer {
    var weights: LatentWeights
    var scores: Tensor
    var mask: Mask?
  }

  /// The rule; traps when scores are to be compared between layers.
  public init(
    to finalSparsity: Double, from initialSparsity: Double = 0, schedule: UpdateSchedule = UpdateSchedule(),
    shape: SparsityShape = .cubic, _ selection: WeightSelection = .all
  ) {
    pruning = GradualPruning(
      to: finalSparsity, from: initialSparsity, schedule: schedule, shape: shape, within: .eachParameter,
      selection)
  }

  /// Needs the gradients of pruned weights.
  public var trainsDense: Bool { true }

  /// The scores S of a parameter so far; nil before the training and for parameters that are not selected.
  public func scores(of path: ParameterPath) -> Tensor? { layers[path]?.scores }

  /// Takes the weights over, and makes the update at step 0 if it is due.
  public mutating func trainingBegins(_ network: inout Network, at moment: TrainingMoment) {
    network.visitParameters { path, parameter in
      guard pruning.selection.contains(path, parameter), layers[path] == nil else { return }
      layers[path] = Layer(
        weights: LatentWeights(of: parameter), scores: Tensor(zeros: parameter.shape), mask: parameter.mask)
      update(path, &parameter, at: moment)
    }
  }

  /// Adds to the scores.
  public mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) {
    var position = 0
    network.visitParameters { path, _ in
      defer { position += 1 }
      guard let weights = layers[path]?.weights else { return }
      let gradient = gradients[position]
      weights.values.withUnsafeValues { values in
        layers[path]!.scores.withUnsafeMutableValues { scores in
          for index in scores.indices { scores[index] -= values[index] * gradient[index] }
        }
      }
    }
  }

  /// Takes the moved weights over and updates the mask if it is time.
  public mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) {
    network.visitParameters { path, parameter in
      guard layers[path] != nil else { return }
      layers[path]!.weights.take(from: parameter, under: layers[path]!.mask)
      update(path, &parameter, at: moment)
    }
  }

  private mutating func update(_ path: ParameterPath, _ parameter: inout Parameter, at moment: TrainingMoment)
  {
    guard pruning.schedule.isDue(moment) else { return }
    let layer = layers[path]!
    let sparsity = pruning.sparsity(after: pruning.schedule.share(moment))
    let survivors = parameter.count - Int((sparsity * Double(parameter.count)).rounded())
    let mask = Mask(
      largest: min(survivors, layer.weights.available), of: layer.scores, among: layer.weights.candidates)
    layers[path]!.mask = mask
    parameter.replace(values: layer.weights.values, mask: mask)
  }
}
