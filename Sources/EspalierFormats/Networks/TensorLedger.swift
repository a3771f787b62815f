internal import EspalierNetworks
internal import EspalierTensors

/// The tensors of a file, and which of them a network has taken.
final class TensorLedger {
  let file: SafetensorsFile
  /// The parameters that are stored compact, by their paths.
  private var compact: [String: CompactEntry]
  private var taken: Set<String> = []

  init(_ file: SafetensorsFile, compact: [String: CompactEntry]) {
    self.file = file
    self.compact = compact
  }

  /// The tensor of a name; throws unless it has this shape and one of the types.
  func take(_ name: String, shape: [Int], types: [SafetensorsType]) throws -> SafetensorsEntry {
    let entry = try file.requireEntry(name)
    guard entry.shape == shape else { throw error(name, expected: "shape \(shape)", found: "\(entry.shape)") }
    return try take(entry, types)
  }

  /// The tensor of a name; throws unless it has one dimension and one of the types.
  func takeList(_ name: String, types: [SafetensorsType]) throws -> SafetensorsEntry {
    let entry = try file.requireEntry(name)
    guard entry.shape.count == 1 else {
      throw error(name, expected: "one dimension", found: "shape \(entry.shape)")
    }
    return try take(entry, types)
  }

  /// How a parameter is stored if it is compact.
  func takeCompactEntry(_ path: ParameterPath) -> CompactEntry? {
    compact.removeValue(forKey: path.description)
  }

  /// Throws if a tensor, or a compact parameter, belongs to nothing in the network.
  func requireNothingLeft() throws {
    let left = file.names.filter { !taken.contains($0) } + compact.keys.sorted()
    guard let extra = left.first else { return }
    throw error(extra, expected: "a parameter of the architecture", found: "no layer with it")
  }

  private func take(_ entry: SafetensorsEntry, _ types: [SafetensorsType]) throws -> SafetensorsEntry {
    guard types.contains(entry.type) else {
      let names = types.map(\.rawValue).joined(separator: " or ")
      throw error(entry.name, expected: names, found: entry.type.rawValue)
    }
    taken.insert(entry.name)
    return entry
  }

  private func error(_ name: String, expected: String, found: String) -> FormatError {
    FormatError(file: file.path, place: "tensor \(name)", expected: expected, found: found)
  }
}

/// One node's share of a file.
struct NodeParameters: ParameterSource {
  let node: String
  let ledger: TensorLedger

  mutating func parameter(_ name: String, shape: [Int], role: Parameter.Role) throws -> Parameter {
    let path = ParameterPath(node: node, name: name)
    if let entry = ledger.takeCompactEntry(path) {
      return Parameter(try ledger.compactMatrix(path, entry, shape: shape), shape: shape, role: role)
    }
    // Nobody else may hold the tensor: pruning would copy it.
    var parameter = Parameter(try values(of: path, shape: shape), role: role)
    guard ledger.file.entry(path.maskName) != nil else { return parameter }
    let mask = try ledger.readMask(ledger.take(path.maskName, shape: shape, types: [.bool, .uint8]))
    try requireZeros(of: parameter, outside: mask, name: path.description)
    parameter.prune(keeping: mask)
    return parameter
  }

  mutating func statistic(_ name: String, shape: [Int]) throws -> Tensor {
    try values(of: ParameterPath(node: node, name: name), shape: shape)
  }

  private func values(of path: ParameterPath, shape: [Int]) throws -> Tensor {
    let entry = try ledger.take(path.description, shape: shape, types: [.float32, .float16, .bfloat16])
    try requireMemory(4 * entry.count, path: ledger.file.path)
    return try Tensor(shape: entry.shape) { try ledger.file.readFloats(entry.name, into: $0) }
  }

  /// Dropping the values would make another network of the file than a reader that knows nothing of masks.
  private func requireZeros(of parameter: Parameter, outside mask: Mask, name: String) throws {
    let offender = parameter.withUnsafeStoredValues { values in
      mask.withUnsafeWords { words in values.firstIndexOfNonzero(outside: words).map { ($0, values[$0]) } }
    }
    guard let (index, value) = offender else { return }
    throw FormatError(
      file: ledger.file.path, place: "tensor \(name), element \(index)",
      expected: "0, for the mask has 0 there", found: "\(value)")
  }
}

extension UnsafeBufferPointer<Float> {
  /// The first value that is not 0 although its bit is.
  fileprivate func firstIndexOfNonzero(outside words: UnsafeBufferPointer<UInt64>) -> Int? {
    for (number, word) in words.enumerated() {
      let first = 64 * number
      var pruned = ~word
      if count - first < 64 { pruned &= 1 << UInt64(count - first) - 1 }
      while pruned != 0 {
        let index = first + pruned.trailingZeroBitCount
        if self[index] != 0 { return index }
        pruned &= pruned - 1
      }
    }
    return nil
  }
}
