internal import EspalierFormats
internal import EspalierNetworks

/// Where a comparison keeps what is done, so that an interrupted one goes on: the points, and the networks that later points
/// begin with.
struct ComparisonStore: Sendable {
  /// What `points.json` holds.
  struct Journal: Codable {
    let settings: ComparisonSettings
    let model: String
    let dataset: String
    var points: [ComparisonPoint]
  }

  private let folder: String
  /// Part of the names of all networks, so that those of another comparison are never taken for this one's.
  private let key: String
  private var journalPath: String { "\(folder)/points.json" }

  init(folder: String, of comparison: Comparison) throws {
    self.folder = folder
    let empty = Journal(
      settings: comparison.settings, model: comparison.model, dataset: comparison.dataset, points: [])
    // FNV-1a, 64 bits.
    let hash = try JSONText.encode(empty).utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    key = String(hash, radix: 16)
  }

  /// The points of an earlier run; throws when they are of another comparison or the file is no journal.
  func points(of settings: ComparisonSettings, model: String, dataset: String) throws -> [ComparisonPoint] {
    let file: InputFile
    do { file = try InputFile(journalPath) } catch let error as FileError where error.isMissing { return [] }
    let text = String(decoding: try file.contents(maximumCount: 1 << 26), as: UTF8.self)
    guard let journal = try? JSONText.decode(Journal.self, from: text) else {
      throw FormatError(
        file: journalPath, place: "content", expected: "the points of a comparison", found: "something else")
    }
    guard journal.settings == settings, journal.model == model, journal.dataset == dataset else {
      throw FormatError(
        file: journalPath, place: "settings", expected: "the comparison that is asked for",
        found: "one with other settings: choose another folder, or remove the file to begin anew")
    }
    return journal.points
  }

  /// Replaces the journal.
  func write(_ points: [ComparisonPoint], of settings: ComparisonSettings, model: String, dataset: String)
    throws
  {
    let journal = Journal(settings: settings, model: model, dataset: dataset, points: points)
    try AtomicFile.write(Array((JSONText.encode(journal) + "\n").utf8), to: journalPath)
  }

  /// A network that was kept; nil if there is none, or none that can be read.
  func network(_ name: String) -> Network? {
    (try? NetworkFile(contentsOf: path(name)))?.network
  }

  /// Keeps a network.
  func keep(_ network: Network, as name: String) throws { try NetworkFile(network).write(to: path(name)) }

  /// Forgets a network.
  func forget(_ name: String) { AtomicFile.remove(path(name)) }

  private func path(_ name: String) -> String { "\(folder)/networks/\(name)-\(key).safetensors" }
}
