public import EspalierFigures

/// What each layer's pruning alone does to a network. Accuracies and sparsities are fractions in 0…1.
public struct SensitivityReport: Sendable, Hashable, Codable {
  /// One evaluation.
  public struct Point: Sendable, Hashable, Codable {
    /// The sparsity that was asked for.
    public let sparsity: Double
    /// The parameter's weights that were gone: ⌊sparsity · weights⌉, halves to the even
    /// number, or those that were gone before if they are more.
    public let pruned: Int
    /// The accuracy then.
    public let accuracy: Double
    /// The mean loss then.
    public let loss: Double
  }

  /// The evaluations of one parameter.
  public struct Layer: Sendable, Hashable, Codable {
    /// The node's name, such as `fc1`.
    public let node: String
    /// The parameter's path, such as `fc1.weight`.
    public let name: String
    /// Its weights, pruned ones included.
    public let weights: Int
    /// Those that were pruned before.
    public let pruned: Int
    /// Its evaluations, one a level, ascending.
    public let points: [Point]
  }

  /// The samples of each evaluation.
  public let samples: Int
  /// The accuracy of the network as it was.
  public let accuracy: Double
  /// Its mean loss.
  public let loss: Double
  /// The parameters, in the order of the network.
  public let layers: [Layer]

  /// The weights of all parameters that were measured, pruned ones included.
  public var weights: Int { layers.reduce(0) { $0 + $1.weights } }

  /// Whether every loss is a finite number; JSON has no others.
  public var isFinite: Bool {
    loss.isFinite && layers.allSatisfy { $0.points.allSatisfy(\.loss.isFinite) }
  }

  /// A table as comma-separated values, one evaluation a line below a header; fields are quoted as in RFC 4180.
  public var csv: String {
    let rows = layers.flatMap { layer in
      layer.points.map { point in
        "\(quoted(layer.name)),\(layer.weights),\(point.sparsity),\(point.pruned),\(point.accuracy),\(point.loss)"
      }
    }
    return (["layer,weights,sparsity,pruned,accuracy,loss"] + rows).joined(separator: "\n") + "\n"
  }

  /// Accuracy against sparsity, a line a layer.
  public func figure(title: String) -> LineFigure {
    let series = layers.map { layer in
      LineFigure.Series(layer.name, points: layer.points.map { LineFigure.Point($0.sparsity, $0.accuracy) })
    }
    return LineFigure(
      title: title, x: Axis("share of the layer's weights pruned", scale: .sharePruned, labels: .percent),
      y: Axis("accuracy on \(samples) samples", labels: .percent), series: series,
      references: [LineFigure.Reference("as it is", accuracy)])
  }
}

/// A field in quotation marks where it needs them.
private func quoted(_ field: String) -> String {
  guard field.contains(where: { ",\"\r\n".contains($0) }) else { return field }
  return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
    + "\""
}
