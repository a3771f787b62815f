import EspalierFormats
import EspalierTestSupport
import Foundation
import Testing

@Suite struct SensitivityCommandTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier { Espalier(folder: folder) }

  private func bytes(_ name: String) -> [UInt8]? { contents(folder.path(name)) }
  private func text(_ name: String) -> String { String(decoding: bytes(name) ?? [], as: UTF8.self) }

  private func trained() {
    let outcome = espalier(["train", "--epochs", "3", "--seed", "7"] + TinyData.options)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func printsATable() throws {
    trained()
    let before = bytes("dense.safetensors")
    let outcome = espalier(
      "sensitivity", "dense.safetensors", "--data", "data", "--levels", "0,0.5,0.875", "--suggest", "0.7")
    #expect(outcome.status == 0 && outcome.errorLines.isEmpty, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines[0].hasSuffix(" on 120 samples of data's training set"))
    #expect(lines[2].split(separator: " ") == ["layer", "weights", "0", "%", "50", "%", "87.5", "%"])
    #expect(lines[3].hasPrefix("fc1.weight ") && lines[4].hasPrefix("fc2.weight "))
    #expect(outcome.output.contains("suggested for 70.18 % of all 228 weights, least loss:"))
    #expect(lines.last!.hasPrefix("--per-layer fc1=0.") && lines.last!.contains(",fc2=0."))
    #expect(bytes("dense.safetensors") == before)
    #expect(folder.names == ["data", "dense.safetensors"])
  }

  @Test func jsonAgreesWithPruningByHand() throws {
    trained()
    let object = try espalier(
      "sensitivity", "dense.safetensors", "--data", "data", "--test", "--levels", "0.25,0.5", "--json"
    ).json()
    #expect(
      Set(object.keys) == ["file", "data", "samples", "accuracy", "loss", "layers", "suggestion"])
    #expect(object["suggestion"] is NSNull && object["data"] as? String == "data's test set")
    let evaluation = try espalier("evaluate", "dense.safetensors", "--data", "data", "--json").json()
    #expect(object["accuracy"] as? Double == evaluation["accuracy"] as? Double)
    #expect(object["loss"] as? Double == evaluation["loss"] as? Double && object["samples"] as? Int == 30)
    let layers = try #require(object["layers"] as? [[String: Any]])
    #expect(layers.map { $0["name"] as? String } == ["fc1.weight", "fc2.weight"])
    #expect(layers.map { $0["weights"] as? Int } == [192, 36])
    let points = layers.map { $0["points"] as! [[String: Any]] }
    #expect(points.map { $0.map { $0["pruned"] as! Int } } == [[48, 96], [9, 18]])
  }

  @Test func suggestionsAddUp() throws {
    trained()
    let object = try espalier(
      "sensitivity", "dense.safetensors", "--data", "data", "--suggest", "0.8", "--minimize", "accuracy",
      "--json"
    ).json()
    let suggestion = try #require(object["suggestion"] as? [String: Any])
    #expect(
      Set(suggestion.keys) == [
        "minimized", "sparsity", "weights", "pruned", "predictedCost", "layers", "perLayer", "measured",
      ])
    #expect(suggestion["minimized"] as? String == "accuracy" && suggestion["pruned"] as? Int == 182)
    let layers = try #require(suggestion["layers"] as? [[String: Any]])
    #expect(layers.reduce(0) { $0 + ($1["pruned"] as! Int) } == 182, "⌊0.8 · 228⌉")
    let measured = try #require(suggestion["measured"] as? [String: [String: Double]])
    #expect(Set(measured.keys) == ["suggested", "uniform", "global"])
    #expect(measured.values.allSatisfy { (0...1).contains($0["accuracy"]!) && $0["loss"]! > 0 })
  }

  @Test func pruneTakesTheSuggestion() throws {
    trained()
    let arguments = ["dense.safetensors", "--data", "data"]
    let found = try espalier(
      ["sensitivity", "--suggest", "0.8", "--criterion", "taylor", "--json"] + arguments
    ).json()
    let suggestion = try #require(found["suggestion"] as? [String: Any])
    let amounts = try #require(suggestion["layers"] as? [[String: Any]])
    let perLayer = try #require(suggestion["perLayer"] as? String)
    let pruned = try espalier(
      ["prune", "--per-layer", perLayer, "--criterion", "taylor", "--samples", "120", "--json"] + arguments
    ).json()
    let layers = try #require(pruned["layers"] as? [[String: Any]])
    for amount in amounts {
      let layer = try #require(layers.first { $0["name"] as? String == amount["name"] as? String })
      #expect(layer["total"] as! Int - (layer["nonzero"] as! Int) == amount["pruned"] as! Int)
    }
    let evaluation = try espalier(
      "sensitivity", "pruned.safetensors", "--data", "data", "--levels", "0", "--json"
    ).json()
    let measured = try #require(suggestion["measured"] as? [String: [String: Double]])
    let (loss, expected) = (evaluation["loss"] as! Double, measured["suggested"]!["loss"]!)
    #expect(abs(loss - expected) < 1e-6, "the command prunes what was measured")
  }

  @Test func writesFilesWholeOrNotAtAll() throws {
    trained()
    let arguments = ["sensitivity", "dense.safetensors", "--data", "data", "--levels", "0,0.9"]
    let outcome = espalier(arguments + ["--csv", "a.csv", "--svg", "a.svg"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(text("a.csv").hasPrefix("layer,weights,sparsity,pruned,accuracy,loss\nfc1.weight,192,0.0,0,"))
    #expect(text("a.csv").split(separator: "\n").count == 5)
    let root = try MarkupElement.parse(text("a.svg"))
    #expect(root.name == "svg" && root.all("text").map(\.text).contains("fc2.weight"))
    let (csv, svg) = (bytes("a.csv"), bytes("a.svg"))
    let failed = espalier(arguments + ["--csv", "a.csv", "--svg", "missing/a.svg"])
    #expect(failed.status == 1 && failed.output.isEmpty)
    #expect(failed.errorLines == ["espalier: error: missing/a.svg: cannot write: No such file or directory"])
    #expect(bytes("a.csv") == csv && bytes("a.svg") == svg)
    #expect(folder.names == ["a.csv", "a.svg", "data", "dense.safetensors"], "nothing temporary is left")
  }

  @Test func samplesAreDrawnBySeed() throws {
    trained()
    func loss(_ seed: String) throws -> Double? {
      try espalier(
        "sensitivity", "dense.safetensors", "--data", "data", "--samples", "20", "--seed", seed, "--levels",
        "0.5",
        "--json"
      ).json()["loss"] as? Double
    }
    let first = try #require(try loss("1"))
    #expect(try loss("1") == first && loss("2") != first)
  }

  @Test func mistakesAreOneLine() throws {
    trained()
    let file = ["sensitivity", "dense.safetensors", "--data", "data"]
    let levels = "expected numbers in 0…1, separated by commas, such as 0.5,0.9,0.99"
    for (options, status, message) in [
      (["--levels", "0.5,2"], 64, "The value '0.5,2' is invalid for '--levels <shares>': \(levels)"),
      (["--levels", ""], 64, "The value '' is invalid for '--levels <shares>': \(levels)"),
      (["--levels", "nan"], 64, "The value 'nan' is invalid for '--levels <shares>': \(levels)"),
      (["--layers", "fc9"], 64, "--layers: expected some of fc1, fc2, found fc9"),
      (["--suggest", "1.5"], 64, "--suggest: expected a number in 0…1, found 1.5"),
      (["--minimize", "loss"], 64, "--minimize: expected --suggest as well"),
      (["--samples", "0"], 64, "--samples: expected a positive count, found 0"),
      (["--samples", "121"], 64, "--samples: expected at most the 120 of the training set, found 121"),
      (["--test", "--samples", "3"], 64, "--test, --samples: expected one of them, found both"),
      (["--test", "--seed", "3"], 64, "--test, --seed: expected one of them, found both"),
      (["--csv", "a", "--svg", "a"], 64, "--csv, --svg: expected two files, found a twice"),
      (
        ["--levels", "0.5", "--suggest", "0.9"], 64,
        "--suggest: expected 0.0 to 0.5, what is pruned already to the highest of --levels, found 0.9"
      ),
    ] as [([String], Int, String)] {
      let outcome = espalier(file + options)
      #expect(outcome.status == status && outcome.output.isEmpty, "\(options)")
      #expect(outcome.errorLines == ["espalier: error: \(message)"])
    }
    #expect(folder.names == ["data", "dense.safetensors"])
    let missing = espalier("sensitivity", "nothing")
    #expect(missing.status == 1)
    #expect(missing.errorLines == ["espalier: error: nothing: cannot open: No such file or directory"])
  }
}
