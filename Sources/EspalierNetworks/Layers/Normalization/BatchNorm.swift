public import EspalierTensors

/// Batch normalisation of each channel: y = (x − m) / √(v + ε) · scale + shift.
///
/// The channels are the first dimension of a sample, [features] or [channels, height, width]; a channel's values are all of
/// its pixels in all samples of the batch. In training m and v are the mean and the biased variance of those values; the
/// running statistics then move by r ← (1 − momentum) · r + momentum · b, where b is the batch's mean or its unbiased
/// variance. At inference m and v are the running statistics. A batch with a single value a channel has no variance: such a
/// one is normalised by the running statistics in training too, and does not move them.
///
/// `scale` and `shift` are learned, [channels]; the running statistics are `statistics` of the network, in its file as
/// `runningMean` and `runningVariance`. A following activation whose derivative follows from its output is applied in the
/// same pass. Costs two passes over the input forward, three backward.
///
/// Source: S. Ioffe and C. Szegedy, "Batch normalization" (ICML 2015).
public struct BatchNorm: Layer {
  /// Name in files.
  public static let kind = "batch-norm"

  /// [channels], or nil where nothing is learned.
  public var scale: Parameter?
  /// [channels], or nil where nothing is learned.
  public var shift: Parameter?
  /// [channels]: what stands for the mean at inference; zeros at first.
  public var runningMean: Tensor { didSet { requireChannels(runningMean) } }
  /// [channels]: what stands for the variance at inference; ones at first.
  public var runningVariance: Tensor { didSet { requireChannels(runningVariance) } }
  /// Channels.
  public let channels: Int
  /// What is added to variances, above 0.
  public let epsilon: Float
  /// The share of a batch in the running statistics, in 0…1.
  public let momentum: Float

  /// Normalisation with scales of 1 and shifts of 0, or without any unless `affine`; traps unless ε is positive and the
  /// momentum in 0…1.
  public init(channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1, affine: Bool = true) {
    self.init(
      scale: affine ? Tensor(repeating: 1, shape: [channels]) : nil,
      shift: affine ? Tensor(zeros: [channels]) : nil, runningMean: Tensor(zeros: [channels]),
      runningVariance: Tensor(repeating: 1, shape: [channels]), epsilon: epsilon, momentum: momentum)
  }

  /// Normalisation by given numbers, all [channels]; traps unless there are both scale and shift or neither.
  public init(
    scale: Tensor?, shift: Tensor?, runningMean: Tensor, runningVariance: Tensor, epsilon: Float = 1e-5,
    momentum: Float = 0.1
  ) {
    channels = runningMean.count
    precondition(
      (scale == nil) == (shift == nil), "batch normalisation has both scale and shift or neither")
    precondition(
      Self.problem(channels: channels, epsilon: epsilon, momentum: momentum) == nil,
      "batch normalisation of \(channels) channels with epsilon \(epsilon) and momentum \(momentum)")
    self.scale = scale.map { Parameter($0, role: .scale) }
    self.shift = shift.map { Parameter($0, role: .bias) }
    self.runningMean = runningMean
    self.runningVariance = runningVariance
    self.epsilon = epsilon
    self.momentum = momentum
    for tensor in [scale, shift, runningMean, runningVariance] { tensor.map(requireChannels) }
  }

  private func requireChannels(_ tensor: Tensor) {
    precondition(tensor.shape == [channels], "\(channels) channels, and a tensor of shape \(tensor.shape)")
  }

  /// What is wrong with settings, nil if nothing.
  private static func problem(channels: Int, epsilon: Float, momentum: Float) -> String? {
    if channels < 1 { return "\(channels) channels" }
    if !(epsilon > 0 && epsilon.isFinite) { return "epsilon \(epsilon)" }
    return (0...1).contains(momentum) ? nil : "momentum \(momentum)"
  }

  /// What makes the layer again.
  public struct Configuration: Codable, Sendable, Hashable {
    let channels: Int
    let epsilon: Float
    let momentum: Float
    let affine: Bool
  }

  /// Channels and settings.
  public var configuration: Configuration {
    Configuration(channels: channels, epsilon: epsilon, momentum: momentum, affine: scale != nil)
  }

  /// Takes `scale`, `shift` and the running statistics from the source; throws where the initializer traps, and when a
  /// running variance is negative or not a number.
  public init(configuration: Configuration, parameters: inout any ParameterSource) throws {
    let (channels, epsilon, momentum) = (
      configuration.channels, configuration.epsilon, configuration.momentum
    )
    if let problem = Self.problem(channels: channels, epsilon: epsilon, momentum: momentum) {
      throw InvalidConfiguration(
        layer: Self.kind, expected: "channels, an epsilon above 0 and a momentum in 0…1", found: problem)
    }
    self.channels = channels
    self.epsilon = epsilon
    self.momentum = momentum
    if configuration.affine {
      scale = try parameters.parameter("scale", shape: [channels], role: .scale)
      shift = try parameters.parameter("shift", shape: [channels], role: .bias)
    }
    runningMean = try parameters.statistic("runningMean", shape: [channels])
    runningVariance = try parameters.statistic("runningVariance", shape: [channels])
    if let negative = runningVariance.values.first(where: { !($0 >= 0) }) {
      throw InvalidConfiguration(
        layer: Self.kind, expected: "running variances of at least 0", found: "\(negative)")
    }
  }

  /// The input's shape, whose first dimension are the channels.
  public func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    let shape = try onlyInput(of: inputs)
    guard shape.first == channels else {
      throw ShapeMismatch(layer: Self.kind, expected: "input of shape [\(channels), …]", found: "\(shape)")
    }
    return shape
  }

  /// `scale`, then `shift`.
  public mutating func visitParameters(_ visit: (String, inout Parameter) -> Void) {
    if scale != nil { visit("scale", &scale!) }
    if shift != nil { visit("shift", &shift!) }
  }

  /// `runningMean`, then `runningVariance`.
  public mutating func visitStatistics(_ visit: (String, inout Tensor) -> Void) {
    visit("runningMean", &runningMean)
    visit("runningVariance", &runningVariance)
  }

  /// Normalisation and activation are one pass.
  public var fusesActivation: Bool { true }
}
