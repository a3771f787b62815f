internal import EspalierFormats

/// The file that keeps what a search has tried, so that an interrupted one goes on.
///
/// Whatever decides the numbers of a candidate is in the journal's head; target, population and generations are not, so that a
/// search with another target uses what one before it found.
struct SearchStore: Sendable {
  /// What decides the numbers of a candidate.
  struct Head: Codable, Hashable {
    let method: String
    let layers: [String]
    /// What can become of each layer.
    let variants: [[String]]
    let cost: SearchCost
    let batchSize: Int
    /// Where times were measured: those of other machines, backends or threads say nothing; empty for other costs.
    let place: [String]
    let heldOut: Int
    let calibration: Int
    let usesLabels: Bool
    /// What is stored with the network, where bytes count.
    let metadata: [String: String]
    let seed: UInt64
    /// The network as it was, which tells other networks and samples apart.
    let accuracy: Double
    let loss: Double
  }

  private struct Journal: Codable {
    let head: Head
    let points: [SearchPoint]
  }

  private let path: String?
  private let head: Head

  /// A store in a file, or in none.
  init(_ path: String?, head: Head) { (self.path, self.head) = (path, head) }

  /// What an earlier run has tried; throws when it was another search, or the file is no journal.
  func points() throws -> [SearchPoint] {
    guard let path else { return [] }
    let file: InputFile
    do { file = try InputFile(path) } catch let error as FileError where error.isMissing { return [] }
    let text = String(decoding: try file.contents(maximumCount: 1 << 28), as: UTF8.self)
    guard let journal = try? JSONText.decode(Journal.self, from: text),
      journal.points.allSatisfy({ $0.fits(journal.head.variants) })
    else {
      throw FormatError(
        file: path, place: "content", expected: "what a search has tried", found: "something else")
    }
    guard journal.head == head else {
      throw FormatError(
        file: path, place: "settings", expected: "the search that is asked for",
        found: "one of another network, method, data or machine: choose another file, or remove it to begin "
          + "anew")
    }
    return journal.points
  }

  /// Replaces the journal; the order of the points does not matter.
  func write(_ points: some Collection<SearchPoint>) throws {
    guard let path else { return }
    let sorted = points.sorted { $0.choice.lexicographicallyPrecedes($1.choice) }
    let text = try JSONText.encode(Journal(head: head, points: sorted)) + "\n"
    try AtomicFile.write(Array(text.utf8), to: path)
  }
}

extension SearchPoint {
  /// Whether it can be a candidate of layers with these variants.
  fileprivate func fits(_ variants: [[String]]) -> Bool {
    choice.count == variants.count && zip(choice, variants).allSatisfy { $1.indices.contains($0) }
      && (0...1).contains(accuracy) && !loss.isNaN && cost.isFinite && cost >= 0
  }
}
