import EspalierTestSupport
import Testing

@Suite struct DynamicTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier { Espalier(folder: folder) }

  private func train() {
    let outcome = espalier(["train", "--epochs", "4"] + TinyData.options)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  private func bench(_ options: String...) -> Espalier.Outcome {
    espalier(["bench-model", "dense.safetensors", "--dynamic", "--data", "data", "--threads", "1"] + options)
  }

  @Test func comparesWithTheWholeNetwork() throws {
    train()
    let outcome = bench(
      "--exit", "input", "--exit", "fc1:6", "--loss-allowed", "50", "--exit-measure", "margin", "--json")
    #expect(outcome.status == 0 && !outcome.output.dropLast().contains("\n"), "\(outcome.errors)")
    let object = try outcome.json()
    #expect(
      object.keys.sorted() == [
        "dataset", "dynamic", "exits", "file", "layers", "lossAllowed", "samples", "shareSkipped", "speedup",
        "validationLoss", "whole",
      ])
    let exits = try #require(object["exits"] as? [[String: Any]])
    #expect(exits.map { $0["place"] as? String } == ["input", "fc1"])
    #expect(exits.contains { $0["share"] as! Double > 0 }, "half the points may be lost")
    let whole = try #require(object["whole"] as? [String: Any])
    #expect(whole["medianWeightsRead"] as? Int == 228 && object["samples"] as? Int == 30)
    let sides = try [whole, #require(object["dynamic"] as? [String: Any])]
    #expect(sides.allSatisfy { $0["meanSeconds"] as! Double > 0 })
    let loss = try #require(object["validationLoss"] as? Double)
    #expect(loss <= 0.5)
  }

  @Test func mistakesAreToldInOneLine() {
    train()
    let cases = [
      (
        ["--exit", "fc9"], 1,
        "dense.safetensors: --exit fc9: expected input or a node before the last that computes "
          + "something, found nodes flatten, fc1, relu1, fc2"
      ),
      (
        ["--exit", "fc2"], 1,
        "dense.safetensors: --exit fc2: expected input or a node before the last that computes "
          + "something, found nodes flatten, fc1, relu1, fc2"
      ),
      (["--held-out", "120"], 64, "--held-out: expected fewer than the 120 of the training set, found 120"),
    ]
    for (options, status, message) in cases {
      let outcome = espalier(["bench-model", "dense.safetensors", "--dynamic", "--data", "data"] + options)
      #expect(
        outcome.status == status && outcome.errorLines == ["espalier: error: \(message)"], "\(outcome.errors)"
      )
    }
  }

  @Test(arguments: ["none", "zeros", "threshold", "top-k"])
  func printsATable(skip: String) {
    train()
    let outcome = bench("--skip", skip, "--no-calibrate")
    #expect(outcome.status == 0 && outcome.errorLines.isEmpty, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines[0] == "dense.safetensors: 30 samples of data, one at a time")
    for label in ["accuracy", "weights, mean", "weights, p50", "weights, p99", "time, mean", "time, p99"] {
      #expect(lines.contains { $0.hasPrefix("  \(label) ") }, "\(label)")
    }
    #expect(lines.contains("  100.00 % go through the whole network"))
    #expect(skip != "none" || lines.contains { $0.hasSuffix("skips nothing") })
  }
}
