public import EspalierNetworks
internal import EspalierTensors

/// A network as a safetensors file: `fc1.weight` and `fc1.bias` as F32 and, where a parameter has been pruned, its mask
/// as BOOL under `fc1.mask` (`fc1.bias_mask` for a bias), the names PyTorch's users expect.
///
/// The architecture stands in the header's metadata under `espalier.architecture` as JSON; other metadata is the
/// caller's. The same network and metadata make the same bytes.
public struct NetworkFile: Sendable {
  /// The network.
  public var network: Network
  /// Texts kept with the network, such as how it was trained. Keys that begin with `espalier.` are the library's.
  public var metadata: [String: String]

  private static let architectureKey = "espalier.architecture"

  /// A file to be of a network.
  public init(_ network: Network, metadata: [String: String] = [:]) {
    self.network = network
    self.metadata = metadata
  }

  /// Reads a network whose layers are in the registry.
  ///
  /// Nothing is allocated before its size is known to be in the file: the architecture's shapes must be the tensors'.
  /// Values may be F32, F16 or BF16, and are F32 when written again.
  ///
  /// - Throws: `FileError`; `FormatError` if there is no architecture or it does not hold together, if a tensor is
  ///   missing, left over, or of another type or shape, or if a value outside a mask is not zero.
  public init(contentsOf path: String, layers: LayerRegistry = .standard) throws {
    let file = try SafetensorsFile(contentsOf: path)
    guard let architecture = file.metadata[Self.architectureKey] else {
      throw FormatError(
        file: path, place: "metadata", expected: "an entry \(Self.architectureKey)",
        found: "none (not a network file)")
    }
    let ledger = TensorLedger(file)
    do {
      let description = try JSONText.decode(
        NetworkDescription.self, from: architecture, file: path, place: "metadata \(Self.architectureKey)",
        expected: "an architecture", userInfo: [.layerRegistry: layers])
      network = try description.makeNetwork { NodeParameters(node: $0, ledger: ledger) }
    } catch {
      throw Self.formatError(error, path: path)
    }
    if let extra = file.names.first(where: { !ledger.taken.contains($0) }) {
      throw FormatError(
        file: path, place: "tensor \(extra)", expected: "a parameter of the architecture",
        found: "no layer with it")
    }
    metadata = file.metadata
    metadata[Self.architectureKey] = nil
  }

  /// Writes the file atomically: a crash leaves the old file or none, never a half.
  public func write(to path: String) throws {
    var texts = metadata
    texts[Self.architectureKey] = try JSONText.encode(NetworkDescription(of: network))
    var writer = SafetensorsWriter(metadata: texts)
    for (path, parameter) in network.parameters {
      writer.add(path.description, type: .float32, shape: parameter.shape) { sink in
        try parameter.values.withUnsafeValues { try sink(UnsafeRawBufferPointer($0)) }
      }
      guard let mask = parameter.mask else { continue }
      writer.add(path.maskName, (0..<mask.count).map { mask[$0] }, shape: mask.shape)
    }
    try writer.write(to: path)
  }

  /// The same error as one that names the file; errors of the files' own stay as they are.
  private static func formatError(_ error: any Error, path: String) -> any Error {
    func inArchitecture(_ place: String, _ expected: String, _ found: String) -> FormatError {
      FormatError(file: path, place: "architecture\(place)", expected: expected, found: found)
    }
    return switch error {
    case is FormatError, is FileError: error
    case let error as InvalidDescription: inArchitecture("", error.expected, error.found)
    case let error as ShapeMismatch: inArchitecture(", layer \(error.layer)", error.expected, error.found)
    case let error as InvalidConfiguration:
      inArchitecture(", layer \(error.layer)", error.expected, error.found)
    default: inArchitecture("", "layers that fit", "\(error)")
    }
  }
}

extension ParameterPath {
  /// The name of the parameter's mask in a file.
  var maskName: String { "\(node).\(name == "weight" ? "mask" : "\(name)_mask")" }
}

/// The tensors of a file, and which of them a network has taken.
private final class TensorLedger {
  let file: SafetensorsFile
  var taken: Set<String> = []

  init(_ file: SafetensorsFile) { self.file = file }

  func take(_ name: String, shape: [Int], types: [SafetensorsType]) throws -> SafetensorsEntry {
    let entry = try file.requireEntry(name)
    guard entry.shape == shape else {
      throw FormatError(
        file: file.path, place: "tensor \(name)", expected: "shape \(shape)", found: "\(entry.shape)")
    }
    guard types.contains(entry.type) else {
      let names = types.map(\.rawValue).joined(separator: " or ")
      throw FormatError(file: file.path, place: "tensor \(name)", expected: names, found: entry.type.rawValue)
    }
    taken.insert(name)
    return entry
  }
}

/// One node's share of a file.
private struct NodeParameters: ParameterSource {
  let node: String
  let ledger: TensorLedger

  mutating func parameter(_ name: String, shape: [Int], role: Parameter.Role) throws -> Parameter {
    let path = ParameterPath(node: node, name: name)
    let entry = try ledger.take(path.description, shape: shape, types: [.float32, .float16, .bfloat16])
    let values = try Tensor(shape: entry.shape) { try ledger.file.readFloats(entry.name, into: $0) }
    var parameter = Parameter(values, role: role)
    guard ledger.file.entry(path.maskName) != nil else { return parameter }
    _ = try ledger.take(path.maskName, shape: shape, types: [.bool, .uint8])
    let mask = Mask(try ledger.file.bools(path.maskName), shape: shape)
    try requireZeros(of: parameter, outside: mask, name: path.description)
    parameter.prune(keeping: mask)
    return parameter
  }

  /// Dropping the values would make another network of the file than a reader that knows nothing of masks.
  private func requireZeros(of parameter: Parameter, outside mask: Mask, name: String) throws {
    try parameter.values.withUnsafeValues { values in
      guard let index = values.indices.first(where: { values[$0] != 0 && !mask[$0] }) else { return }
      throw FormatError(
        file: ledger.file.path, place: "tensor \(name), element \(index)",
        expected: "0, for the mask has 0 there",
        found: "\(values[index])")
    }
  }
}
