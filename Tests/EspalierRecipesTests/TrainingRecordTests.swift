import EspalierFormats
import EspalierNetworks
import EspalierRecipes
import EspalierTensors
import Testing

@Suite struct TrainingRecordTests {
  private func emptyFile() -> NetworkFile { NetworkFile(Network(input: [2]) { ReLU() }) }

  private func file(_ text: String) -> NetworkFile {
    var file = emptyFile()
    file.metadata["espalier.training"] = text
    return file
  }

  @Test func everySettingComesBack() throws {
    let settings = TrainingSettings(
      optimizer: .sgd, learningRate: 0.1, momentum: 0.75, nesterov: true, weightDecay: 1e-7, schedule: .step,
      warmUp: 1.5, labelSmoothing: 0.1, batchSize: 17, seed: .max)
    for record in [
      TrainingRecord(settings: settings, epochsDone: 1 << 53),
      TrainingRecord(settings: TrainingSettings(), epochsDone: 0),
    ] {
      var file = emptyFile()
      try record.store(in: &file)
      #expect(try TrainingRecord(in: file, path: "a") == record)
    }
  }

  @Test func equalRecordsAreEqualTexts() throws {
    var texts: Set<String> = []
    for _ in 0..<5 {
      var file = emptyFile()
      try TrainingRecord(settings: TrainingSettings(), epochsDone: 3).store(in: &file)
      texts.formUnion(file.metadata.values)
    }
    #expect(
      texts == [
        #"{"epochsDone":3,"settings":{"batchSize":64,"labelSmoothing":0,"momentum":0.9,"nesterov":false,"#
          + #""optimizer":"adam","schedule":"cosine","seed":1,"warmUp":0,"weightDecay":0.0002}}"#
      ])
  }

  @Test func aFileWithoutOneHasNone() throws {
    #expect(try TrainingRecord(in: emptyFile(), path: "a") == nil)
  }

  private static let good =
    #"{"epochsDone":3,"settings":{"batchSize":64,"labelSmoothing":0,"momentum":0.9,"nesterov":false,"#
    + #""optimizer":"adam","schedule":"cosine","seed":1,"warmUp":0,"weightDecay":0.0002}}"#

  @Test(arguments: [
    (#""epochsDone":3"#, #""epochsDone":-1"#), (#""epochsDone":3"#, #""epochsDone":9223372036854775807"#),
    (#""epochsDone":3"#, #""epochsDone":1e30"#), (#""epochsDone":3"#, #""epochsDone":3,"epochsDone":4"#),
    (#""epochsDone":3,"#, ""), (#""batchSize":64"#, #""batchSize":0"#),
    (#""batchSize":64"#, #""batchSize":16777216"#), (#""momentum":0.9"#, #""momentum":1"#),
    (#""momentum":0.9"#, #""momentum":"much""#), (#""optimizer":"adam""#, #""optimizer":"lion""#),
    (#""seed":1"#, #""seed":-1"#), (#""seed":1"#, #""seed":18446744073709551616"#),
    (#""warmUp":0"#, #""warmUp":1e999"#), (#""weightDecay":0.0002"#, #""weightDecay":-1"#),
    (#""labelSmoothing":0"#, #""labelSmoothing":1.5"#), (#""seed":1"#, #""seed":1,"learningRate":0"#),
    (#"{"epochsDone""#, #"["epochsDone""#), ("}}", "}"), ("}}", "}}}"),
  ])
  func whatNoTrainerTakesIsRefused(part: String, replacement: String) throws {
    #expect(try TrainingRecord(in: file(Self.good), path: "a")?.epochsDone == 3)
    let parts = Self.good.split(separator: part, maxSplits: 1, omittingEmptySubsequences: false)
    #expect(parts.count == 2)
    let text = parts.joined(separator: replacement)
    let error = #expect(throws: FormatError.self) { _ = try TrainingRecord(in: file(text), path: "a.file") }
    #expect(error?.description.hasPrefix("a.file: metadata espalier.training") == true)
  }

  @Test func depthAndGarbage() {
    for text in ["", "null", "[]", "3", String(repeating: "[", count: 100_000), "{\"a\":\u{1}}"] {
      #expect(throws: FormatError.self) { _ = try TrainingRecord(in: file(text), path: "a") }
    }
  }
}
