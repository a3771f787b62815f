public import EspalierFormats

/// How a stored network was trained: kept in its file, so that retraining can go on with the same settings.
public struct TrainingRecord: Sendable, Hashable, Codable {
  /// The settings.
  public var settings: TrainingSettings
  /// Epochs done so far; the next shuffle depends on it.
  public var epochsDone: Int

  /// More epochs than anybody trains, and few enough to add up.
  private static let maximumEpochs = 1 << 53
  private static let key = "espalier.training"

  /// A record.
  public init(settings: TrainingSettings, epochsDone: Int) {
    self.settings = settings
    self.epochsDone = epochsDone
  }

  /// The record a file was written with; nil if there is none. Throws `FormatError` when it cannot be read.
  public init?(in file: NetworkFile, path: String) throws {
    guard let text = file.metadata[Self.key] else { return nil }
    let place = "metadata \(Self.key)"
    self = try JSONText.decode(
      TrainingRecord.self, from: text, file: path, place: place, expected: "a training record")
    guard (0...Self.maximumEpochs).contains(epochsDone), settings.areValid else {
      throw FormatError(file: path, place: place, expected: "settings in their ranges", found: text)
    }
  }

  /// Puts the record into a file that is to be written.
  public func store(in file: inout NetworkFile) throws { file.metadata[Self.key] = try JSONText.encode(self) }
}
