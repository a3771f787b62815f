internal import EspalierNetworks

extension ParameterPath {
  /// The name of the parameter's mask in a file.
  var maskName: String { "\(node).\(name == "weight" ? "mask" : "\(name)_mask")" }
  /// The name of a compact parameter's values.
  var valuesName: String { "\(self).values" }
  /// The name of a compact parameter's positions.
  var positionsName: String { "\(self).positions" }
}
