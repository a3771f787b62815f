public import EspalierTensors

/// One operation of a network: a value type that knows its parameters, its shapes and its two passes.
///
/// Layers hold no activations and no gradients; those live in a `Workspace`, which lends them through a `LayerContext`.
/// A layer of one's own needs a `kind`, a `configuration` to be saved by, and the requirements without a default.
public protocol Layer: NetworkComponent, Sendable {
  /// What, besides its parameters, makes the layer again; stored with the network.
  associatedtype Configuration: Codable & Sendable

  /// The name of the layer's type in files, such as `linear`.
  static var kind: String { get }

  /// What, besides its parameters, makes the layer again.
  var configuration: Configuration { get }

  /// Makes the layer from its configuration and its parameters; throws what the source throws.
  init(configuration: Configuration, parameters: inout any ParameterSource) throws

  /// The shape of a sample's output for its inputs' shapes; throws when they do not fit the layer.
  func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int]

  /// Visits the layer's parameters under their names, always in the same order.
  mutating func visitParameters(_ visit: (String, inout Parameter) -> Void)

  /// Visits what the layer measures and does not learn, such as running means, under their names, always in the same
  /// order. Stored with the network; unknown to optimizers and pruning.
  mutating func visitStatistics(_ visit: (String, inout Tensor) -> Void)

  /// Moves the layer's statistics towards what a forward pass in training has just measured, r ← (1 − share) · r + share · b;
  /// without a share by the layer's own. The backward pass may follow.
  mutating func updateStatistics(from context: LayerContext, share: Float?)

  /// The activation function this layer is nothing else than; nil for other layers. A layer before it that
  /// `fusesActivation` computes it in its own pass.
  var activation: Activation? { get }

  /// Whether the forward and backward pass apply `context.fusedActivation`.
  var fusesActivation: Bool { get }

  /// The layer itself where it is a fully connected one; what is lowered to other operators for inference.
  var linear: Linear? { get }

  /// What the layer does at inference where that is only y = factor · x + offset, channel by channel, as batch normalisation
  /// does; nil for other layers.
  var affineAtInference: ChannelAffine? { get }

  /// One layer that does what this one and then y = factor · x + offset do; nil where there is none of its kind.
  func followed(by affine: ChannelAffine) -> Self?

  /// By what the density up to which weights are packed is multiplied for this layer: 1 for linear layers, less where dense
  /// products are the faster ones up to a lower density, 0 where the layer does not compute with packed weights.
  var packingFactor: Double { get }

  /// Whether the output is the input, value by value, so that neither pass has anything to do.
  func isPassThrough(training: Bool) -> Bool

  /// The multiplications of a weight by an activation for one sample: of all weights, and of those that survive.
  ///
  /// Only these count, as in published figures: neither biases nor activation functions, normalisations or pooling. What a
  /// kernel multiplies outside the image counts too.
  func multiplyAccumulates(inputs: [[Int]]) -> (dense: Int, surviving: Int)

  /// How output channels come from input channels, and which axes of the parameters follow them; by default channels are
  /// pinned: none can be removed from before or behind the layer.
  var channelFlow: ChannelFlow { get }

  /// The layer with some of its channels only: by default the same layer with its parameters sliced as `channelFlow` says.
  func keeping(_ channels: KeptChannels) -> Self

  /// The layer with a constant added to each of its output channels, one an output; nil, the default, where no parameter can
  /// take them.
  func adding(_ offsets: [Float]) -> Self?

  /// `Float`s of working memory for a batch, for as many threads as the current task uses; kept from the forward pass to
  /// the backward pass.
  ///
  /// - Parameters:
  ///   - inputs: The shapes of a sample's inputs.
  ///   - batchSize: Samples a batch.
  ///   - training: Whether a backward pass follows.
  ///   - inputGradient: Whether it is asked for the gradient by an input; a network's first layer is not.
  func scratchCount(inputs: [[Int]], batchSize: Int, training: Bool, inputGradient: Bool) -> Int

  /// Computes `context.output` from `context.inputs`.
  func forward(_ context: LayerContext, on compute: Compute)

  /// Computes the gradients that `context` asks for, from `context.outputGradient`, which it may overwrite.
  func backward(_ context: LayerContext, on compute: Compute)
}

extension Layer {
  /// No parameters.
  public mutating func visitParameters(_ visit: (String, inout Parameter) -> Void) {}
  /// No statistics.
  public mutating func visitStatistics(_ visit: (String, inout Tensor) -> Void) {}
  /// No statistics.
  public mutating func updateStatistics(from context: LayerContext, share: Float?) {}
  /// Not an activation function.
  public var activation: Activation? { nil }
  /// Not a fully connected layer.
  public var linear: Linear? { nil }
  /// Something else.
  public var affineAtInference: ChannelAffine? { nil }
  /// None.
  public func followed(by affine: ChannelAffine) -> Self? { nil }
  /// Does not compute with packed weights.
  public var packingFactor: Double { 0 }
  /// Does not fuse.
  public var fusesActivation: Bool { false }
  /// Computes something.
  public func isPassThrough(training: Bool) -> Bool { false }
  /// Multiplies by no weight.
  public func multiplyAccumulates(inputs: [[Int]]) -> (dense: Int, surviving: Int) { (0, 0) }
  /// No working memory.
  public func scratchCount(inputs: [[Int]], batchSize: Int, training: Bool, inputGradient: Bool) -> Int { 0 }

  /// The shape of the only input; throws when there are more or fewer.
  public func onlyInput(of inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    guard inputs.count == 1 else {
      throw ShapeMismatch(layer: Self.kind, expected: "1 input", found: "\(inputs.count) inputs")
    }
    return inputs[0]
  }
}

/// A layer that was given inputs it cannot take.
public struct ShapeMismatch: Error, Sendable, Hashable, CustomStringConvertible {
  /// The layer's kind or, once a network has placed it, its name and kind.
  public internal(set) var layer: String
  /// What it takes.
  public let expected: String
  /// What it was given.
  public let found: String

  /// A mismatch in a layer of `layer`'s kind.
  public init(layer: String, expected: String, found: String) {
    self.layer = layer
    self.expected = expected
    self.found = found
  }

  /// One line.
  public var description: String { "layer \(layer): expected \(expected), found \(found)" }
}

/// The configuration of a layer that has nothing to configure.
public struct EmptyConfiguration: Codable, Sendable, Hashable {
  /// The only value.
  public init() {}
}
