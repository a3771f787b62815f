public import EspalierNetworks
public import EspalierPruning

/// Sparse evolutionary training: before every epoch but the very first the weakest weights of each sparse matrix go, and
/// as many grow at random places that were free; see `Network.evolve(fraction:removing:initializer:_:using:)`.
///
/// The number of survivors stays. New weights begin at 0 with moments of 0. Costs O(survivors) an epoch, never anything
/// dense. The very first epoch is that at which `Trainer.epochsDone` is 0.
///
/// Source: D. Mocanu et al., "Scalable training of artificial neural networks with adaptive sparse connectivity inspired
/// by network science" (Nature Communications 9, 2018).
public struct SparseEvolution: TrainingCallback, ValidatedSettings, Hashable, Codable {
  /// The share of the survivors that goes.
  public let fraction: Double
  /// Which of them go.
  public let removal: EvolutionRemoval
  /// The weights it applies to.
  public let selection: WeightSelection

  /// The rule, by default the paper's; traps unless the fraction lies in 0…1.
  public init(
    fraction: Double = 0.3, removing removal: EvolutionRemoval = .smallestOfEachSign,
    _ selection: WeightSelection = .all
  ) {
    self.fraction = fraction
    self.removal = removal
    self.selection = selection
    requireValid()
  }

  /// A fraction outside 0…1.
  public var problem: String? { outside("fraction", fraction, 0...1) }

  /// One step of evolution, unless no epoch has been done yet.
  public mutating func epochBegins(_ network: inout Network, at moment: TrainingMoment) {
    guard moment.epochsDone > 0 else { return }
    var generator = moment.generator()
    network.evolve(fraction: fraction, removing: removal, selection.parameters, using: &generator)
  }
}
