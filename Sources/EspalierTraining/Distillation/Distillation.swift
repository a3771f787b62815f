/// How much a network learns from another one's answers rather than from the labels.
///
/// The objective of a sample is (1 − α) · loss + α · T² · KL(softmax(t / T) ‖ softmax(z / T)), with the logits z of the network,
/// the logits t of its teacher, the temperature T and the mix α; T² keeps the gradients of both parts at one scale.
///
/// Source: G. Hinton, O. Vinyals and J. Dean, "Distilling the knowledge in a neural network" (2015).
public struct Distillation: ValidatedSettings, Sendable, Hashable, Codable {
  /// T: above 1 the teacher's less likely answers count more.
  public var temperature: Double
  /// α in 0…1: 0 learns from labels only, 1 from the teacher only.
  public var mix: Double

  /// Distillation; traps unless the temperature is positive and the mix lies in 0…1.
  public init(temperature: Double = 4, mix: Double = 0.5) {
    self.temperature = temperature
    self.mix = mix
    requireValid()
  }

  /// What is wrong with the values; nil when nothing is.
  public var problem: String? { notPositive("temperature", temperature) ?? outside("mix", mix, 0...1) }
}
