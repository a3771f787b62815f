public import EspalierTensors

/// A masked two-dimensional convolution (cross-correlation, as everywhere in this field): for each sample
/// y[o, i, j] = b[o] + Σ w[o, c, u, v] · x[c₀ + c, i · stride + u · dilation − padding, j · stride + v · dilation − padding]
/// over the input channels c of the output's group and the taps u, v; x is 0 outside the image.
///
/// `weight` is [outputs, inputs / groups, kernel height, kernel width] with its mask, `bias` [outputs] or absent. Samples are
/// [inputs, height, width]. Packed weights (`Parameter.pack`), for convolutions in one group, cost what survives, forward
/// and backward. With `groups` = inputs the convolution is depthwise. Costs
/// 2 · outputs · inputs / groups · kernel · output pixels · batch floating-point operations a pass.
public struct Conv2d: Layer {
  /// Name in files.
  public static let kind = "conv2d"

  /// [outputs, inputs / groups, kernel height, kernel width].
  public var weight: Parameter
  /// [outputs], or nil.
  public var bias: Parameter?
  /// Kernel, stride, padding and dilation.
  public let geometry: ConvolutionGeometry
  /// How many parts inputs and outputs are cut into, each output seeing the inputs of its part only.
  public internal(set) var groups: Int

  /// A convolution with weights and biases drawn from `initializer`, by default U(−1/√fan-in, 1/√fan-in) for both; other
  /// initializers leave the biases 0. The fan-in is inputs / groups · kernel.
  ///
  /// Traps unless `groups` divides both channel counts.
  public init(
    inputs: Int, outputs: Int, kernel: Extent, stride: Extent = 1, padding: Extent = 0, dilation: Extent = 1,
    groups: Int = 1, bias: Bool = true, initializer: Initializer = .uniformFanIn,
    using generator: inout some RandomNumberGenerator
  ) {
    precondition(
      groups > 0 && inputs > 0 && outputs > 0 && inputs % groups == 0 && outputs % groups == 0,
      "\(groups) groups do not divide \(inputs) input and \(outputs) output channels")
    geometry = ConvolutionGeometry(kernel: kernel, stride: stride, padding: padding, dilation: dilation)
    self.groups = groups
    let fanIn = inputs / groups * kernel.count
    let fanOut = outputs / groups * kernel.count
    weight = Parameter(
      initializer.tensor(
        shape: [outputs, inputs / groups, kernel.height, kernel.width], fanIn: fanIn, fanOut: fanOut,
        using: &generator), role: .weight)
    guard bias else { return }
    let rule: Initializer = initializer == .uniformFanIn ? initializer : .constant(0)
    self.bias = Parameter(
      rule.tensor(shape: [outputs], fanIn: fanIn, fanOut: fanOut, using: &generator), role: .bias)
  }

  /// A convolution with given parameters; traps unless `weight` has four dimensions, its first a multiple of `groups`, and
  /// `bias` is [outputs].
  public init(
    weight: Tensor, bias: Tensor? = nil, stride: Extent = 1, padding: Extent = 0, dilation: Extent = 1,
    groups: Int = 1
  ) {
    precondition(
      weight.shape.count == 4 && groups > 0 && weight.shape[0] % groups == 0,
      "a weight of shape \(weight.shape) is not one of a convolution in \(groups) groups")
    precondition(
      bias.map { $0.shape == [weight.shape[0]] } ?? true,
      "a bias of shape \(bias!.shape) does not fit a weight of shape \(weight.shape)")
    geometry = ConvolutionGeometry(
      kernel: Extent(height: weight.shape[2], width: weight.shape[3]), stride: stride, padding: padding,
      dilation: dilation)
    self.groups = groups
    self.weight = Parameter(weight, role: .weight)
    self.bias = bias.map { Parameter($0, role: .bias) }
  }

  /// Input channels.
  public var inputs: Int { weight.shape[1] * groups }
  /// Output channels.
  public var outputs: Int { weight.shape[0] }

  /// What makes the layer again.
  public struct Configuration: Codable, Sendable, Hashable {
    let inputs: Int
    let outputs: Int
    let geometry: ConvolutionGeometry
    let groups: Int
    let bias: Bool
  }

  /// Channels, geometry, groups, and whether there is a bias.
  public var configuration: Configuration {
    Configuration(inputs: inputs, outputs: outputs, geometry: geometry, groups: groups, bias: bias != nil)
  }

  /// Takes `weight` and `bias` from the source; throws when the configuration is none of a convolution.
  public init(configuration: Configuration, parameters: inout any ParameterSource) throws {
    let (inputs, outputs, groups) = (configuration.inputs, configuration.outputs, configuration.groups)
    guard groups > 0, inputs > 0, outputs > 0, inputs % groups == 0, outputs % groups == 0,
      configuration.geometry.isValid
    else {
      throw InvalidConfiguration(
        layer: Self.kind,
        expected: "channels that the groups divide and a kernel, stride and dilation of at least 1",
        found: "\(configuration)")
    }
    geometry = configuration.geometry
    self.groups = groups
    let kernel = geometry.kernel
    weight = try parameters.parameter(
      "weight", shape: [outputs, inputs / groups, kernel.height, kernel.width], role: .weight)
    if groups > 1 { weight.unpack() }
    if configuration.bias { bias = try parameters.parameter("bias", shape: [outputs], role: .bias) }
  }

  /// [inputs, height, width] → [outputs, output height, output width].
  public func outputShape(for inputShapes: [[Int]]) throws(ShapeMismatch) -> [Int] {
    let shape = try onlyInput(of: inputShapes)
    guard shape.count == 3, shape[0] == inputs,
      let output = geometry.output(of: Extent(height: shape[1], width: shape[2]))
    else {
      throw ShapeMismatch(
        layer: Self.kind,
        expected: "input of shape [\(inputs), height, width] that holds a kernel of \(geometry.kernel)",
        found: "\(shape)")
    }
    return [outputs, output.height, output.width]
  }

  /// Each weight once for every output pixel; 0 for inputs that do not fit.
  public func multiplyAccumulates(inputs: [[Int]]) -> (dense: Int, surviving: Int) {
    guard let output = try? outputShape(for: inputs) else { return (0, 0) }
    let pixels = output[1] * output[2]
    return (weight.count * pixels, weight.survivors * pixels)
  }

  /// `weight`, then `bias`.
  public mutating func visitParameters(_ visit: (String, inout Parameter) -> Void) {
    visit("weight", &weight)
    if bias != nil { visit("bias", &bias!) }
  }
}
