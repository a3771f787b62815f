public import EspalierTensors

/// How a `DynamicInference` computes a linear layer.
public enum DynamicOperation: Sendable, Hashable, CustomStringConvertible {
  /// All weights or survivors, as an `InferencePlan` for one sample does; nothing is skipped.
  case whole(OperatorKind)
  /// All weights of the inputs that are not skipped.
  case denseColumns
  /// The survivors of the inputs that are not skipped.
  case sparseColumns

  /// The name of the operator; `columns` or `sparse-columns` where inputs are skipped.
  public var description: String {
    switch self {
    case .whole(let kind): kind.rawValue
    case .denseColumns: "columns"
    case .sparseColumns: "sparse-columns"
    }
  }
}

/// A linear layer of a `DynamicInference`.
public struct DynamicLayer: Sendable, Hashable {
  /// The name of the layer's node.
  public let name: String
  /// How it is computed.
  public let operation: DynamicOperation
  /// Which inputs are skipped; nil where all weights are read.
  public let skipping: ActivationSkipping?
  /// The weights that the layer has left.
  public let survivors: Int
}
