public import EspalierFormats

/// How a stored network was trained: kept in its file, so that retraining can go on with the same settings.
public struct TrainingRecord: Sendable, Hashable, Codable {
  /// The settings.
  public var settings: TrainingSettings
  /// Epochs done so far; the next shuffle depends on it.
  public var epochsDone: Int

  private static let key = "espalier.training"

  /// A record.
  public init(settings: TrainingSettings, epochsDone: Int) {
    self.settings = settings
    self.epochsDone = epochsDone
  }

  /// The record a file was written with; nil if there is none. Throws `FormatError` when it cannot be read.
  public init?(in file: NetworkFile, path: String) throws {
    guard let text = file.metadata[Self.key] else { return nil }
    do { self = try JSONText.decode(TrainingRecord.self, from: text) } catch let error as DecodingError {
      throw FormatError(
        file: path, place: "metadata \(Self.key)", expected: "a training record",
        found: JSONText.reason(of: error))
    }
    guard epochsDone >= 0, settings.areValid else {
      throw FormatError(
        file: path, place: "metadata \(Self.key)", expected: "settings in their ranges", found: text)
    }
  }

  /// Puts the record into a file that is to be written.
  public func store(in file: inout NetworkFile) throws { file.metadata[Self.key] = try JSONText.encode(self) }
}
