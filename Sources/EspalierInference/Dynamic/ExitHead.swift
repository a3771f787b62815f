public import EspalierNetworks

/// A small classifier on an activation inside a network, by which easy samples leave before the rest is computed.
///
/// A sample exits when the classifier is sure enough (``ExitRule``); its logits are then the answer.
///
/// Source: S. Teerapittayanon, B. McDanel and H. Kung, "BranchyNet: fast inference via early exiting from deep neural
/// networks" (ICPR 2016); for small networks before large ones E. Park et al., "Big/little deep neural network for ultra low
/// power inference" (CODES+ISSS 2015).
public struct ExitHead: Sendable {
  /// Which activation the classifier reads.
  public enum Place: Sendable, Hashable, CustomStringConvertible {
    /// The network's input.
    case input
    /// The output of the node of that name; of a linear layer, after the activation function that follows it.
    case node(String)

    /// `input` or the node's name.
    public var description: String {
      switch self {
      case .input: "input"
      case .node(let name): name
      }
    }
  }

  /// Which activation the classifier reads.
  public let place: Place
  /// Takes the flat activation, [features], and gives a logit for each class.
  public let classifier: Network
  /// When a sample exits.
  public var rule: ExitRule

  /// A head; by default no sample exits, until a threshold is set.
  ///
  /// Traps unless the classifier takes and gives one dimension.
  public init(at place: Place, classifier: Network, rule: ExitRule = .never) {
    precondition(
      classifier.inputShape.count == 1 && classifier.outputShape.count == 1,
      "a head's classifier takes and gives one dimension, not \(classifier.inputShape) and \(classifier.outputShape)"
    )
    self.place = place
    self.classifier = classifier
    self.rule = rule
  }
}

/// When a sample exits at a head: its confidence exceeds a threshold. A confidence that is NaN never does.
public struct ExitRule: Sendable, Hashable {
  /// How sure the classifier is of its largest logit.
  public enum Measure: String, Sendable, Codable, CaseIterable {
    /// The largest softmax probability, e^{z₁} / Σ e^{z}, in 0…1.
    case probability
    /// The largest logit less the second largest, z₁ − z₂, at least 0.
    case margin
  }

  /// What is held against the threshold.
  public var measure: Measure
  /// The confidence to exceed.
  public var threshold: Float

  /// A rule; traps when the threshold is NaN.
  public init(_ measure: Measure = .probability, above threshold: Float) {
    precondition(!threshold.isNaN, "a threshold of confidence is a number, not \(threshold)")
    self.measure = measure
    self.threshold = threshold
  }

  /// No sample exits.
  public static let never = ExitRule(above: .infinity)
}
