import EspalierFormats
import EspalierNetworks
import EspalierTestSupport
import Testing

/// Networks that the command makes sparse from the start.
@Suite struct BornSparseTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier { Espalier(folder: folder) }

  private func weights(_ file: String) throws -> [Parameter] {
    try NetworkFile(contentsOf: folder.path(file)).network.parameters.map(\.parameter)
      .filter { $0.role == .weight }
  }

  private func train(_ options: String...) throws -> [Parameter] {
    let outcome = espalier(["train", "--epochs", "2"] + TinyData.options + options)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try weights("dense.safetensors")
  }

  @Test func densityIsKeptExactlyAndTheLastLayerWhole() throws {
    let weights = try train("--density", "0.25")
    #expect(weights.map(\.survivors) == [48, 36])
  }

  @Test func epsilonSetsTheNumberOfConnections() throws {
    let (few, all) = try (train("--epsilon", "1"), train("--epsilon", "1000"))
    // About 28 of 192 connections; more than 60 would be six deviations off.
    #expect(few[0].survivors < 60 && few[0].mask != nil)
    #expect(all.map(\.survivors) == [192, 36] && all[0].mask == nil)
  }

  @Test func evolutionKeepsTheNumberAndMovesThePlaces() throws {
    let still = try train("--density", "0.25")
    let moved = try train("--density", "0.25", "--evolve", "0.3")
    #expect(moved.map(\.survivors) == still.map(\.survivors) && moved[0].mask != still[0].mask)
    let again = try train("--density", "0.25", "--evolve", "0.3")
    #expect(again.map(\.values) == moved.map(\.values))
    let retrained = espalier("retrain", "dense.safetensors", "--data", "data", "--epochs", "1")
    #expect(retrained.status == 0, "\(retrained.errors)")
    let after = try weights("retrained.safetensors")
    #expect(after[0].survivors == 48 && after[0].mask != again[0].mask)
  }

  /// Dense, the file would have 10 MB, a byte a place for the mask and four for the value.
  @Test func filesHaveSurvivorsOnly() throws {
    let limit = 100_000
    for (command, file) in [
      ("train --epochs 2 --epsilon 2", "dense.safetensors"),
      ("retrain dense.safetensors --epochs 1 --evolve 0.3", "retrained.safetensors"),
      ("run --epochs 1 --retrain-epochs 1 --epsilon 2", "espalier-run/dense.safetensors"),
      ("", "espalier-run/pruned.safetensors"), ("", "espalier-run/retrained.safetensors"),
      ("prune retrained.safetensors", "pruned.safetensors"),
    ] {
      let data = command.hasPrefix("prune") ? "" : " --data data"
      let model = command.hasPrefix("train") || command.hasPrefix("run") ? " --model 16-2000-1000-3" : ""
      if !command.isEmpty {
        let outcome = espalier.shell("$espalier \(command)\(data)\(model)")
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      #expect(try #require(contents(folder.path(file))).count < limit, "\(file)")
      let middle = try weights(file)[1]
      #expect(middle.isPacked && middle.survivors < 8000, "\(file)")
    }
    #expect(espalier("inspect", "retrained.safetensors").status == 0)
  }

  /// What other programs read stays what it was.
  @Test func filesOfPrunedDenseNetworksStayDense() throws {
    let run = espalier(["run", "--epochs", "1", "--retrain-epochs", "1"] + TinyData.options)
    #expect(run.status == 0, "\(run.errors)")
    let retrained = espalier(
      "retrain", "espalier-run/pruned.safetensors", "--data", "data", "--epochs", "1")
    #expect(retrained.status == 0, "\(retrained.errors)")
    for file in ["espalier-run/retrained.safetensors", "retrained.safetensors"] {
      let names = try SafetensorsFile(contentsOf: folder.path(file)).names
      #expect(names.contains("fc1.weight") && names.contains("fc1.mask"), "\(names)")
    }
  }

  @Test func evolutionThatCanDoNothingIsToldOf() throws {
    let tiny = TinyData.options.joined(separator: " ")
    #expect(espalier.shell("$espalier train --epochs 1 --output d \(tiny)").status == 0)
    let free = "espalier: error: --evolve: expected a layer with free places to grow at, found none"
    for line in [
      "retrain d --data data --epochs 2 --evolve 0.3", "train --density 1 --epochs 2 --evolve 0.3 \(tiny)",
      "train --epsilon 1000 --epochs 2 --evolve 0.3 \(tiny)",
      "run --epochs 2 --retrain-epochs 0 --evolve 0.3 \(tiny)",
    ] {
      let outcome = espalier.shell("$espalier \(line)")
      #expect(outcome.status == 64 && outcome.errorLines == [free], "\(line): \(outcome.errors)")
    }
    let first = espalier.shell("$espalier train --density 0.25 --epochs 1 --evolve 0.3 \(tiny)")
    #expect(first.status == 64 && first.errors.contains("expected 2 epochs or more"), "\(first.errors)")
    #expect(folder.names == ["d", "data"])

    let whole = espalier.shell(
      "$espalier run --epochs 1 --retrain-epochs 1 --sensitivity 0 --evolve 0.3 \(tiny)")
    #expect(whole.status == 0)
    #expect(whole.errors.contains("espalier: warning: --evolve moves nothing: no layer has free places\n"))
  }

  @Test func theExperimentPrunesWhatIsSparseAlready() throws {
    let outcome = espalier(
      ["run", "--epochs", "1", "--retrain-epochs", "1", "--epsilon", "2"] + TinyData.options)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains(", epsilon 2.0 on data"))
    let (dense, retrained) = try (
      weights("espalier-run/dense.safetensors"), weights("espalier-run/retrained.safetensors")
    )
    #expect(dense[0].survivors < 192 && retrained[0].survivors < dense[0].survivors)
  }

  /// Dense, this network would need 15 TB.
  @Test func theMemoryOfSurvivorsIsWhatCounts() {
    let refused = espalier("train", "--data", "data", "--model", "16-1000000-1000000-3")
    #expect(refused.status != 0 && refused.errors.contains("of memory"))
    let tooMany = espalier(
      "train", "--data", "data", "--model", "16-1000000-1000000-3", "--density", "0.5")
    #expect(tooMany.status != 0 && tooMany.errors.contains("of memory"))
  }
}
