public import EspalierNetworks
internal import EspalierTensors

/// Always-sparse training by the largest magnitudes: of all weights θ of a layer, forward passes see the set A of the
/// largest ones only, the optimizer moves those of a larger set B ⊇ A, and the rest stay as they are until they are among
/// the largest again.
///
/// A and B are the largest ⌊density · n⌉ magnitudes of n weights, chosen anew every `interval` steps. The gradient of a weight
/// in B is that of the loss at the forward weights, also where the weight was not seen: straight through the mask. The
/// exploration penalty λ · ½ · (Σ_A θ² + Σ_{B∖A} θ² / D), D the density of A, holds newcomers back until they prove useful.
///
/// With a backward density of 1 every pruned weight is trained all the time and may come back: training with a
/// straight-through top-k mask.
///
/// Trains dense: a step costs as much as the dense network's, and a copy of the weights is kept. The network itself always has
/// the mask A, so that it ends sparse. Weights that were pruned before the training stay pruned.
///
/// Source: S. Jayakumar, R. Pascanu, J. Rae, S. Osindero and E. Elsen, "Top-KAST: Top-K always sparse training" (NeurIPS
/// 2020); Y. Bengio, N. Léonard and A. Courville, "Estimating or propagating gradients through stochastic neurons" (2013)
/// for straight-through gradients.
public struct TopKAST: TrainingCallback {
  /// What can be chosen.
  public struct Settings: ValidatedSettings, Sendable, Hashable, Codable {
    /// The share of a layer's weights that forward passes see.
    public var forwardDensity: Double
    /// The share of a layer's weights that the optimizer moves.
    public var backwardDensity: Double
    /// Steps from one choice of the sets to the next.
    public var interval: Int
    /// λ: the strength of the exploration penalty.
    public var exploration: Double
    /// The weights it applies to.
    public var selection: WeightSelection

    /// The settings; traps unless 0 < forward ≤ backward ≤ 1, the interval is positive and λ not negative.
    public init(
      forwardDensity: Double, backwardDensity: Double, interval: Int = 100, exploration: Double = 1e-4,
      _ selection: WeightSelection = .all
    ) {
      self.forwardDensity = forwardDensity
      self.backwardDensity = backwardDensity
      self.interval = interval
      self.exploration = exploration
      self.selection = selection
      requireValid()
    }

    /// Densities, an interval or a strength out of their ranges.
    public var problem: String? {
      notPositive("forwardDensity", forwardDensity) ?? outside("forwardDensity", forwardDensity, 0...1)
        ?? outside("backwardDensity", backwardDensity, forwardDensity...1)
        ?? (interval > 0 ? nil : "interval: expected a positive number of steps, found \(interval)")
        ?? negative("exploration", exploration)
    }
  }

  private struct Layer {
    var weights: LatentWeights
    var forward: Mask
    var backward: Mask
  }

  /// What can be chosen.
  public let settings: Settings
  private var layers: [ParameterPath: Layer] = [:]

  /// The rule.
  public init(_ settings: Settings) { self.settings = settings }

  /// Needs the gradients of weights that are not seen.
  public var trainsDense: Bool { true }

  /// Chooses the sets.
  public mutating func trainingBegins(_ network: inout Network, at moment: TrainingMoment) {
    network.visitParameters { path, parameter in
      guard settings.selection.contains(path, parameter), layers[path] == nil else { return }
      let weights = LatentWeights(of: parameter)
      let (forward, backward) = sets(of: weights)
      layers[path] = Layer(weights: weights, forward: forward, backward: backward)
      parameter.replace(values: weights.values, mask: forward)
    }
  }

  /// Adds the exploration penalty's gradient and shows the optimizer the weights of B.
  public mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) {
    var position = 0
    network.visitParameters { path, parameter in
      if let layer = layers[path] {
        addExploration(of: layer, to: gradients[position])
        parameter.replace(values: layer.weights.values, mask: layer.backward)
      }
      position += 1
    }
  }

  /// Takes the moved weights over, chooses the sets anew if it is time, and shows those of A.
  public mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) {
    let isDue = moment.stepsDone % settings.interval == 0
    network.visitParameters { path, parameter in
      guard let backward = layers[path]?.backward else { return }
      layers[path]!.weights.take(from: parameter, under: backward)
      if isDue {
        (layers[path]!.forward, layers[path]!.backward) = sets(of: layers[path]!.weights)
      }
      parameter.replace(values: layers[path]!.weights.values, mask: layers[path]!.forward)
    }
  }

  /// The exploration penalty.
  public func penalty(of network: Network, at moment: TrainingMoment) -> Double? {
    layers.values.reduce(0) { sum, layer in
      var parts = (seen: 0.0, unseen: 0.0)
      layer.weights.values.withUnsafeValues { values in
        for index in values.indices where layer.backward[index] {
          let square = Double(values[index]) * Double(values[index])
          if layer.forward[index] { parts.seen += square } else { parts.unseen += square }
        }
      }
      return sum + settings.exploration / 2 * (parts.seen + parts.unseen / settings.forwardDensity)
    }
  }

  private func sets(of weights: LatentWeights) -> (forward: Mask, backward: Mask) {
    let count = Double(weights.values.count)
    return (
      weights.largest(Int((settings.forwardDensity * count).rounded())),
      weights.largest(Int((settings.backwardDensity * count).rounded()))
    )
  }

  private func addExploration(of layer: Layer, to gradient: UnsafeMutableBufferPointer<Float>) {
    guard settings.exploration > 0 else { return }
    let seen = Float(settings.exploration)
    let unseen = Float(settings.exploration / settings.forwardDensity)
    layer.weights.values.withUnsafeValues { values in
      layer.forward.withUnsafeWords { words in
        for index in values.indices {
          let isSeen = words[index >> 6] >> UInt64(index & 63) & 1 == 1
          gradient[index] += (isSeen ? seen : unseen) * values[index]
        }
      }
    }
  }
}
