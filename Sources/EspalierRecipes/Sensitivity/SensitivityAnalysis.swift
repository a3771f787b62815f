public import EspalierData
public import EspalierNetworks
public import EspalierPruning
public import EspalierTraining

/// How much a network loses when one layer alone is pruned, layer by layer and level by level.
///
/// Each selected parameter is pruned, in a copy of the network, to each level, and the copy is evaluated without retraining. What was pruned before counts: a level is a share of all weights of the parameter, and one below
/// its present sparsity changes nothing. Costs one evaluation a parameter and level, and one of the network as it is.
///
/// Source: the per-layer analysis of S. Han et al., "Learning both weights and connections for efficient neural
/// networks" (NIPS 2015), figure 6.
public struct SensitivityAnalysis: Sendable {
  /// 0, 50, 60, 70, 80, 90, 95, 98 and 99 %.
  public static let standardLevels = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99]

  /// The sparsities each parameter is pruned to, ascending.
  public let levels: [Double]
  /// The parameters that are pruned.
  public let selection: ParameterSelection
  /// Which weights matter.
  public let criterion: any PruningCriterion
  /// The samples that calibrate the criterion, if it needs any.
  public let calibration: Dataset?
  /// The loss that is evaluated.
  public let loss: any Loss

  /// An analysis; traps unless there is a level and all lie in 0…1.
  public init(
    levels: [Double] = standardLevels, selection: ParameterSelection = .weights,
    criterion: any PruningCriterion = MagnitudeCriterion(), calibration: Dataset? = nil,
    loss: any Loss = CrossEntropy()
  ) {
    precondition(
      !levels.isEmpty && levels.allSatisfy((0...1).contains), "levels are sparsities in 0…1, not \(levels)")
    self.levels = Set(levels).sorted()
    self.selection = selection
    self.criterion = criterion
    self.calibration = calibration
    self.loss = loss
  }

  /// How far an analysis is.
  public struct Progress: Sendable {
    /// Evaluations done.
    public let done: Int
    /// Evaluations in all.
    public let total: Int
  }

  /// Measures a network on samples that it was not trained on, unobserved; see `measure(_:on:observe:)`.
  public func measure(_ network: Network, on dataset: Dataset) -> SensitivityReport {
    measure(network, on: dataset) { _ in .proceed }!
  }

  /// Measures a network on samples that it was not trained on; `observe` is told of every evaluation, and may stop the
  /// analysis, whose result then is nil. Traps when the samples do not fit the network.
  public func measure(
    _ network: Network, on dataset: Dataset, observe: (Progress) throws -> TrainingDecision
  ) rethrows -> SensitivityReport? {
    let chosen = network.parameters.filter {
      selection.contains($0.path, $0.parameter) && $0.parameter.count > 0
    }
    let total = 1 + chosen.count * levels.count
    var done = 0
    func goesOn() throws -> Bool {
      done += 1
      return try observe(Progress(done: done, total: total)) == .proceed
    }
    let whole = network.evaluate(on: dataset, loss: loss)
    guard try goesOn() else { return nil }
    var layers: [SensitivityReport.Layer] = []
    for (path, parameter) in chosen {
      var points: [SensitivityReport.Point] = []
      for level in levels {
        points.append(point(path, of: network, at: level, on: dataset, whole))
        guard try goesOn() else { return nil }
      }
      layers.append(
        SensitivityReport.Layer(
          node: path.node, name: path.description, weights: parameter.count,
          pruned: parameter.count - parameter.survivors, points: points))
    }
    return SensitivityReport(
      samples: whole.samples, accuracy: whole.accuracy, loss: whole.loss, layers: layers)
  }

  /// Prunes copies of a network as suggested and in two plain ways, and evaluates them. Three evaluations. Traps when the
  /// suggestion names a node that the network does not have, or the samples do not fit it.
  public func compare(
    _ suggestion: SparsitySuggestion, of network: Network, on dataset: Dataset
  ) -> SuggestionComparison {
    func quality(_ pruner: Pruner, _ amount: PruningAmount) -> SuggestionComparison.Quality {
      var copy = network
      pruner.prune(&copy, to: amount, samples: calibration, loss: loss)
      let evaluation = copy.evaluate(on: dataset, loss: loss)
      return SuggestionComparison.Quality(accuracy: evaluation.accuracy, loss: evaluation.loss)
    }
    var pruner = suggestion.pruner(criterion: criterion)
    let suggested = quality(pruner, .given)
    pruner.distribution = UniformDistribution()
    let uniform = quality(pruner, .sparsity(suggestion.sparsity))
    pruner.distribution = GlobalDistribution()
    let global = quality(pruner, .sparsity(suggestion.sparsity))
    return SuggestionComparison(suggested: suggested, uniform: uniform, global: global)
  }

  /// What is left of the quality with one parameter pruned.
  private func point(
    _ path: ParameterPath, of network: Network, at level: Double, on dataset: Dataset, _ whole: Evaluation
  ) -> SensitivityReport.Point {
    let pruner = Pruner(
      criterion: criterion, selection: ParameterSelection { candidate, _ in candidate == path },
      minimumKept: 0)
    var copy = network
    let result = pruner.prune(&copy, to: .sparsity(level), samples: calibration, loss: loss)[0]
    let evaluation = result.after == result.before ? whole : copy.evaluate(on: dataset, loss: loss)
    return SensitivityReport.Point(
      sparsity: level, pruned: copy[path]!.count - result.after, accuracy: evaluation.accuracy,
      loss: evaluation.loss)
  }
}
