public import EspalierTensors

/// Where a layer that is made from a description takes its parameters and statistics from: a file, usually.
///
/// The source checks the shape against what it holds before any memory is taken, so a description that lies about sizes
/// is refused rather than allocated.
public protocol ParameterSource {
  /// The parameter `name` of the layer in the making, with its mask if it has one; throws when there is none of that
  /// name or its shape differs.
  mutating func parameter(_ name: String, shape: [Int], role: Parameter.Role) throws -> Parameter

  /// The statistic `name` of the layer in the making; throws when there is none of that name or its shape differs.
  mutating func statistic(_ name: String, shape: [Int]) throws -> Tensor
}
