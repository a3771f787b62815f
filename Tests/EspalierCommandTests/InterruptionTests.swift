import EspalierFormats
import EspalierTestSupport
import Foundation
import Testing

@Suite struct InterruptionTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier { Espalier(folder: folder) }
  /// A run that is as good as endless in its retraining.
  private let endless = ["run", "--output", "out", "--epochs", "2", "--retrain-epochs", "1000000", "--json"]

  @Test(arguments: [SIGINT, SIGTERM])
  func finishedPhasesAreKept(signal: Int32) throws {
    let process = espalier.start(endless + TinyData.options)
    #expect(process.waits(for: "retraining"))
    process.send(signal)
    let outcome = process.outcome()
    #expect(outcome.status == 130)
    #expect(
      outcome.errorLines.last == "espalier: error: interrupted: files of finished phases are in out")
    #expect(outcome.output.isEmpty)
    #expect(folder.names("out") == ["dense.safetensors", "pruned.safetensors"])
    for name in folder.names("out") { _ = try NetworkFile(contentsOf: folder.path("out/\(name)")) }
  }

  @Test func anInterruptedTrainingWritesNothing() throws {
    let process = espalier.start(["train", "--epochs", "1000000"] + TinyData.options)
    #expect(process.waits(for: "training"))
    process.send(SIGINT)
    let outcome = process.outcome()
    #expect(outcome.status == 130)
    #expect(outcome.errorLines.last == "espalier: error: interrupted: nothing was written")
    #expect(folder.names == ["data"])
  }

  @Test func aKilledRunHarmsNoLaterOne() throws {
    let process = espalier.start(endless + TinyData.options)
    #expect(process.waits(for: "retraining"))
    process.send(SIGKILL)
    #expect(process.outcome().status == 128 + Int(SIGKILL))
    #expect(folder.names("out") == ["dense.safetensors", "pruned.safetensors"])
    let finite = ["--epochs", "2", "--retrain-epochs", "1"] + TinyData.options
    // What a kill in the middle of writing leaves.
    folder.file("out/.espalier-1-half.tmp", [1, 2, 3])
    for output in ["out", "fresh"] {
      let outcome = espalier(["run", "--output", output] + finite)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(folder.names("out").filter { !$0.hasPrefix(".") } == folder.names("fresh"))
    // Reports say how long things took.
    for name in folder.names("fresh") where !name.hasPrefix("report.") {
      let fresh = try #require(contents(folder.path("fresh/\(name)")))
      #expect(contents(folder.path("out/\(name)")) == fresh)
    }
    let page = try #require(contents(folder.path("out/report.html")))
    #expect(String(decoding: page, as: UTF8.self).hasSuffix("</html>\n"))
  }
}
