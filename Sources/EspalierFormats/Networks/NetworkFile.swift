public import EspalierNetworks

/// A network as a safetensors file, dense or of survivors only: see `NetworkForm`.
///
/// The architecture stands in the header's metadata under `espalier.architecture` as JSON; other metadata is the
/// caller's. The same network and metadata make the same bytes.
public struct NetworkFile: Sendable {
  /// The network.
  public var network: Network
  /// Texts kept with the network, such as how it was trained. Keys that begin with `espalier.` are the library's.
  public var metadata: [String: String]

  static let architectureKey = "espalier.architecture"
  static let compactKey = "espalier.compact"

  /// A file to be of a network.
  public init(_ network: Network, metadata: [String: String] = [:]) {
    self.network = network
    self.metadata = metadata
  }

  /// Reads a network whose layers are in the registry.
  ///
  /// Nothing is allocated before its size is known to be in the file: the architecture's shapes must be the tensors'.
  /// Values may be F32, F16 or BF16, and are F32 when written again. What is stored compact becomes a packed parameter,
  /// with the same numbers bit for bit.
  ///
  /// - Throws: `FileError`; `FormatError` if there is no architecture or it does not hold together, if a tensor is
  ///   missing, left over, or of another type or shape, if a value outside a mask is not zero, or if positions are not as
  ///   many as values, all inside their matrix.
  public init(contentsOf path: String, layers: LayerRegistry = .standard) throws {
    let file = try SafetensorsFile(contentsOf: path)
    guard let architecture = file.metadata[Self.architectureKey] else {
      throw FormatError(
        file: path, place: "metadata", expected: "an entry \(Self.architectureKey)",
        found: "none (not a network file)")
    }
    let ledger = TensorLedger(file, compact: try Self.compactEntries(of: file))
    do {
      let description = try JSONText.decode(
        NetworkDescription.self, from: architecture, file: path, place: "metadata \(Self.architectureKey)",
        expected: "an architecture", userInfo: [.layerRegistry: layers])
      network = try description.makeNetwork { NodeParameters(node: $0, ledger: ledger) }
    } catch {
      throw Self.formatError(error, path: path)
    }
    try ledger.requireNothingLeft()
    metadata = file.metadata
    metadata[Self.architectureKey] = nil
    metadata[Self.compactKey] = nil
  }

  private static func compactEntries(of file: SafetensorsFile) throws -> [String: CompactEntry] {
    guard let text = file.metadata[compactKey] else { return [:] }
    return try JSONText.decode(
      [String: CompactEntry].self, from: text, file: file.path, place: "metadata \(compactKey)",
      expected: "a description of compact parameters")
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
