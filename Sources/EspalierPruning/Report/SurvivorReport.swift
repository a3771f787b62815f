public import EspalierNetworks
internal import EspalierTensors

/// How many values of each parameter are not zero, printed in the classic layout:
///
///     fc1.weight           | nonzeros =   11188 /  235200 (  4.76%) | total_pruned =  224012 | shape = (300, 784)
///     alive: 12206, pruned : 254404, total: 266610, Compression rate :      21.84x  ( 95.42% pruned)
public struct SurvivorReport: Sendable, Hashable, CustomStringConvertible {
  /// One parameter's count.
  public struct Row: Sendable, Hashable {
    /// Which parameter.
    public let path: ParameterPath
    /// Values that are not zero.
    public let nonzero: Int
    /// All values.
    public let total: Int
    /// The parameter's shape.
    public let shape: [Int]
  }

  /// The parameters, weights and biases, in the order of the network.
  public let rows: [Row]

  /// Counts the values of a network; one pass over them.
  public init(of network: Network) {
    rows = network.parameters.map { path, parameter in
      let nonzero = parameter.withUnsafeStoredValues { values in
        values.reduce(0) { $0 &+ ($1 != 0 ? 1 : 0) }
      }
      return Row(path: path, nonzero: nonzero, total: parameter.count, shape: parameter.shape)
    }
  }

  /// Values that are not zero, over all parameters.
  public var alive: Int { rows.reduce(0) { $0 + $1.nonzero } }
  /// All values.
  public var total: Int { rows.reduce(0) { $0 + $1.total } }
  /// Zeros.
  public var pruned: Int { total - alive }
  /// total / alive; infinite when nothing is left.
  public var compression: Double { Double(total) / Double(alive) }

  /// One line a parameter and the closing line.
  public var description: String { (rows.map(line) + [closingLine]).joined(separator: "\n") }

  private func line(_ row: Row) -> String {
    let share = (100 * Double(row.nonzero) / Double(max(row.total, 1))).formatted(width: 6, decimals: 2)
    let shape = row.shape.map(String.init).joined(separator: ", ") + (row.shape.count == 1 ? "," : "")
    return "\(row.path.description.paddedRight(to: 20)) | nonzeros = \(row.nonzero.padded(to: 7)) / "
      + "\(row.total.padded(to: 7)) (\(share)%) | total_pruned = \((row.total - row.nonzero).padded(to: 7)) | "
      + "shape = (\(shape))"
  }

  private var closingLine: String {
    let share = (100 * Double(pruned) / Double(max(total, 1))).formatted(width: 6, decimals: 2)
    return "alive: \(alive), pruned : \(pruned), total: \(total), "
      + "Compression rate : \(compression.formatted(width: 10, decimals: 2))x  (\(share)% pruned)"
  }
}
