public import EspalierTensors

/// Any shape to another one of as many values, in row-major order, such as [28, 28] to [1, 28, 28]. Free: only the shape
/// changes.
public struct Reshape: Layer {
  /// Name in files.
  public static let kind = "reshape"
  /// The shape of the output.
  public let shape: [Int]

  /// To a shape of lengths of at least 1; traps on others.
  public init(to shape: [Int]) {
    precondition(
      Self.count(shape) != nil, "a sample cannot have the shape \(shape): its lengths are at least 1")
    self.shape = shape
  }

  /// The number of values, nil where a length is below 1 or nobody could count them.
  private static func count(_ shape: [Int]) -> Int? {
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard length > 0, !overflow else { return nil }
      count = product
    }
    return count
  }

  /// What makes the layer again.
  public struct Configuration: Codable, Sendable, Hashable { let shape: [Int] }
  /// The shape.
  public var configuration: Configuration { Configuration(shape: shape) }

  /// Throws where the initializer traps.
  public init(configuration: Configuration, parameters: inout any ParameterSource) throws {
    guard Self.count(configuration.shape) != nil else {
      throw InvalidConfiguration(
        layer: Self.kind, expected: "a shape of lengths of at least 1", found: "\(configuration.shape)")
    }
    shape = configuration.shape
  }

  /// The shape, where the input has as many values.
  public func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    let input = try onlyInput(of: inputs)
    guard Self.count(input) == Self.count(shape) else {
      throw ShapeMismatch(
        layer: Self.kind, expected: "as many values as \(shape) has", found: "input of shape \(input)")
    }
    return shape
  }

  /// Always.
  public func isPassThrough(training: Bool) -> Bool { true }
  /// Nothing to do.
  public func forward(_ context: LayerContext, on compute: Compute) {}
  /// Nothing to do.
  public func backward(_ context: LayerContext, on compute: Compute) {}
}
