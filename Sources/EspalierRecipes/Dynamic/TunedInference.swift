public import EspalierInference
public import EspalierTensors

/// A network made dynamic, and how it was done.
public struct TunedInference: Sendable {
  /// Predicts.
  public let plan: DynamicInference
  /// The exits in the order in which a sample meets them, with their thresholds; infinite where an exit does not pay.
  public let heads: [ExitHead]
  /// What the linear layers may skip, by the names of nodes; exact zeros where there is nothing.
  public let skipping: [String: ActivationSkipping]
  /// How many samples the thresholds were chosen on.
  public let validationSamples: Int
  /// The accuracy lost on them, as a share; negative where some was won.
  public let validationLoss: Double
}
