import EspalierTestSupport
import Foundation
import Testing

@Suite struct StepTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier { Espalier(folder: folder) }

  private func train() throws {
    let outcome = espalier(["train", "--epochs", "4"] + TinyData.options)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  private func keys(_ outcome: Espalier.Outcome) throws -> [String] {
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.output.dropLast().contains("\n"))
    return try outcome.json().keys.sorted()
  }

  @Test func everyStepSpeaksJSON() throws {
    let trained = espalier(["train", "--epochs", "1", "--json"] + TinyData.options)
    #expect(try keys(trained) == ["accuracy", "dataset", "file", "loss", "seconds"])
    #expect(try trained.json()["file"] as? String == "dense.safetensors")
    let pruned = espalier("prune", "dense.safetensors", "--threshold", "0.1", "--json")
    #expect(try keys(pruned) == ["alive", "compression", "cost", "layers", "total"])
    let inspected = espalier("inspect", "pruned.safetensors", "--json")
    #expect(try inspected.json()["alive"] as? Int == pruned.json()["alive"] as? Int)
    let retrained = espalier("retrain", "pruned.safetensors", "--data", "data", "--epochs", "1", "--json")
    #expect(try keys(retrained) == ["accuracy", "dataset", "file", "loss", "seconds"])
    let evaluated = espalier("evaluate", "retrained.safetensors", "--data", "data", "--json")
    #expect(try keys(evaluated) == ["accuracy", "confusion", "loss", "samples"])
    #expect(try evaluated.json()["accuracy"] as? Double == retrained.json()["accuracy"] as? Double)
    let info = espalier("info", "--json", "--threads", "3", "--backend", "reference")
    #expect(
      try keys(info) == [
        "backend", "backends", "core", "instructionSet", "instructionSets", "processors", "threads",
      ])
    #expect(try info.json()["threads"] as? Int == 3 && info.json()["backend"] as? String == "reference")
  }

  @Test func evaluationCountsEverySample() throws {
    try train()
    let outcome = espalier("evaluate", "dense.safetensors", "--data", "data")
    #expect(outcome.output.hasPrefix("accuracy ") && outcome.output.contains("30 samples of data"))
    let object = try espalier("evaluate", "dense.safetensors", "--data", "data", "--json").json()
    let confusion = try #require(object["confusion"] as? [[Int]])
    #expect(confusion.map { $0.reduce(0, +) } == [10, 10, 10])
    let right = confusion.indices.reduce(0) { $0 + confusion[$1][$1] }
    #expect(object["accuracy"] as? Double == Double(right) / 30)
  }

  @Test func pruningChoosesLayersAndComposes() throws {
    try train()
    func alive(_ arguments: String...) throws -> [Int] {
      let object = try espalier(["prune"] + arguments + ["--json"]).json()
      return (object["layers"] as! [[String: Any]]).map { $0["nonzero"] as! Int }
    }
    let first = try alive("dense.safetensors", "--layers", "fc1", "--sensitivity", "1")
    #expect(first[0] < 192 && first[1...] == [12, 36, 3])
    let again = try alive("pruned.safetensors", "--threshold", "0", "--biases")
    #expect(again == first, "what was pruned stays pruned")
    #expect(try alive("pruned.safetensors", "--threshold", "1e30", "--biases") == [0, 0, 0, 0])
    let nothing = try espalier("inspect", "pruned.safetensors", "--json").json()
    #expect(nothing["compression"] is NSNull && nothing["alive"] as? Int == 0)
    #expect(try alive("dense.safetensors", "--sensitivity", "1e300") == [0, 12, 0, 3])
  }

  @Test func inspectPrintsTheClassicReport() throws {
    try train()
    let output = espalier("inspect", "dense.safetensors").output
    let lines = output.split(separator: "\n")
    #expect(
      lines.first
        == "fc1.weight           | nonzeros =     192 /     192 (100.00%) | total_pruned =       0 | shape = (12, 16)"
    )
    #expect(
      lines[4] == "alive: 243, pruned : 0, total: 243, Compression rate :       1.00x  (  0.00% pruned)")
  }

  @Test func inspectTellsTheCosts() throws {
    try train()
    #expect(espalier("prune", "dense.safetensors", "--sparsity", "0.5").status == 0)
    let output = espalier("inspect", "pruned.safetensors", "--latency", "--batch", "3").output
    let lines = output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(
      lines[5] == ["layer", "kind", "output", "values", "left", "MACs", "MACs", "left", "bytes", "out", "µs"])
    let fc1 = try #require(lines.first { $0[0] == "fc1" })
    #expect(Array(fc1[1...7]) == ["linear", "12", "204", "108", "192", "96", "48"])
    let total = try #require(lines.first { $0[0] == "total" })
    #expect(Array(total[1...5]) == ["243", "129", "228", "114", "60"] && Double(total[6])! > 0)
    let size = try #require(contents(folder.path("pruned.safetensors"))).count
    #expect(output.contains("working memory for 3 samples: ") && output.contains("; file: \(size) bytes"))

    let plain = try espalier("inspect", "pruned.safetensors", "--json").json()["cost"] as! [String: Any]
    #expect(
      plain["seconds"] is NSNull && plain["fileBytes"] as? Int == size && plain["batchSize"] as? Int == 1)
    let layers = try #require(plain["layers"] as? [[String: Any]])
    #expect(layers.map { $0["name"] as? String } == ["flatten", "fc1", "relu1", "fc2"])
    #expect(
      layers.allSatisfy { $0["seconds"] is NSNull } && layers[1]["survivingMultiplyAccumulates"] as? Int == 96
    )
    let timed =
      try espalier("inspect", "pruned.safetensors", "--json", "--latency").json()["cost"] as! [String: Any]
    #expect(
      timed["seconds"] as! Double > 0 && timed["workspaceBytes"] as? Int == plain["workspaceBytes"] as? Int)
  }

  @Test func infoNamesWhatComputes() throws {
    let outcome = espalier("info", "--backend", "reference", "--threads", "1", "--check")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(outcome.output.hasPrefix("backend          reference (available: reference"))
    #expect(outcome.output.contains("\nthreads          1 (processors: "))
    #expect(outcome.output.contains("\ncheck            nothing to compare: this is the reference\n"))
  }

  @Test func theEnvironmentChoosesToo() throws {
    var espalier = espalier
    espalier.environment = [
      "ESPALIER_THREADS": "5", "ESPALIER_BACKEND": "reference", "ESPALIER_ISA": "portable",
      "ESPALIER_DATA": "data",
    ]
    let object = try espalier("info", "--json").json()
    #expect(object["threads"] as? Int == 5 && object["instructionSet"] as? String == "portable")
    #expect(object["backend"] as? String == "reference")
    let outcome = espalier("train", "--model", "16-3", "--epochs", "1", "--json")
    #expect(try outcome.json()["dataset"] as? String == "data")
    espalier.environment = ["ESPALIER_THREADS": "", "ESPALIER_BACKEND": "", "ESPALIER_ISA": ""]
    #expect(espalier("info").status == 0, "empty counts as unset")
  }

  @Test func helpIsNotAnError() throws {
    for arguments in [
      [], ["--help"], ["help"], ["help", "run"], ["run", "--help"], ["train", "-h"], ["help", "prune"],
      ["retrain", "--help"], ["evaluate", "--help"], ["inspect", "--help"], ["info", "--help"],
      ["predict", "--help"], ["bench-model", "--help"], ["compact", "--help"], ["sensitivity", "--help"],
      ["recipe", "--help"], ["compare", "--help"],
    ] {
      let outcome = espalier(arguments)
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(arguments)")
      #expect(outcome.output.hasPrefix("OVERVIEW: ") && outcome.output.contains("USAGE: espalier"))
    }
    let help = espalier("help", "run").output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for fact in ["(default: lenet-300-100)", "(default: 64)", "(default: 2)", "sgd, adam or adamw"] {
      #expect(help.contains(fact), "\(fact)")
    }
  }
}
