import EspalierTestSupport
import Foundation
import Testing

@Suite struct RunTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier { Espalier(folder: folder) }
  private let settings = TinyData.options + ["--seed", "7"]
  private let phases = ["--epochs", "3", "--retrain-epochs", "2", "--sensitivity", "0.8"]
  private let networks = ["dense.safetensors", "pruned.safetensors", "retrained.safetensors"]

  private func bytes(_ name: String) -> [UInt8]? { contents(folder.path(name)) }

  @Test func tellsTheWholeStory() throws {
    let outcome = espalier(["run"] + settings + phases)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let output = outcome.output
    for heading in ["16-12-3 on data: 120 + 30 samples", "\ndense: ", "\npruned: ", "\nretrained: "] {
      #expect(output.contains(heading), "\(output)")
    }
    #expect(output.contains(" seed 7\n") && output.contains("fc1.weight: threshold 0."))
    #expect(output.components(separatedBy: "Compression rate :").count == 4)
    #expect(output.contains("\nfiles in espalier-run: "))
    #expect(!outcome.errors.contains("\r"), "no redrawn lines where no terminal is")
    let lines = outcome.errorLines.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
    #expect(lines == ["training 1/3", "training 2/3", "training 3/3", "retraining 1/2", "retraining 2/2"])
    #expect(folder.names("espalier-run") == (networks + ["report.html", "report.json"]).sorted())
  }

  @Test func thePageShowsTheReport() throws {
    let report = try espalier(["run", "--output", "out", "--json"] + settings + phases).json()
    let page = try MarkupElement.parse(String(decoding: bytes("out/report.html")!, as: UTF8.self))
    #expect(page.all("h1").map(\.text) == ["16-12-3 on data"])
    let summary = page.all("p")[0].text
    #expect(summary.contains("\(report["alive"] as! Int) of 243 values are left"), "\(summary)")
    let rows = page.all("tr").map { $0.children.map(\.text) }
    for name in ["dense", "pruned", "retrained"] {
      let accuracy = try #require((report[name] as? [String: Double])?["accuracy"])
      let row = try #require(rows.first { $0[0] == name })
      let shown = try #require(row[1].split(separator: " ").first.flatMap { Double($0) })
      #expect(
        abs(shown / 100 - accuracy) < 6e-5 && row[4] == ["dense": "3", "pruned": "0", "retrained": "2"][name])
    }
    #expect(rows.contains(["seed", "7"]) && rows.contains(["threshold", "0.8 standard deviations"]))
    #expect(page.all("svg", class: "figure").count == 7 && page.all("script").isEmpty)
  }

  @Test func jsonIsTheReportAndNothingElse() throws {
    let outcome = espalier(["run", "--output", "out", "--json"] + settings + phases)
    #expect(outcome.output.last == "\n" && !outcome.output.dropLast().contains("\n"))
    let object = try outcome.json()
    let stored = try JSONSerialization.jsonObject(with: Data(bytes("out/report.json")!)) as! NSDictionary
    #expect(stored == object as NSDictionary)
    #expect(
      Set(object.keys) == [
        "model", "dataset", "backend", "core", "threads", "seed", "dense", "pruned", "retrained", "alive",
        "total",
        "compression", "layers", "cost",
      ])
    #expect(object["model"] as? String == "16-12-3" && object["dataset"] as? String == "data")
    #expect(object["seed"] as? Int == 7 && object["threads"] as? Int == 2 && object["total"] as? Int == 243)
    for (name, keys) in [
      ("dense", ["accuracy", "loss", "seconds"]), ("pruned", ["accuracy", "loss"]),
      ("retrained", ["accuracy", "loss", "seconds"]),
    ] {
      let stage = try #require(object[name] as? [String: Double])
      #expect(stage.keys.sorted() == keys)
      #expect((0...1).contains(stage["accuracy"]!) && stage["loss"]! > 0)
    }
    try checkLayers(object)
  }

  private func checkLayers(_ object: [String: Any]) throws {
    let layers = try #require(object["layers"] as? [[String: Any]])
    #expect(layers.map { $0["name"] as? String } == ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"])
    #expect(layers.map { $0["total"] as? Int } == [192, 12, 36, 3])
    #expect(layers.map { $0["shape"] as? [Int] } == [[12, 16], [12], [3, 12], [3]])
    #expect(layers.allSatisfy { Set($0.keys) == ["name", "nonzero", "total", "threshold", "shape"] })
    #expect(layers.map { $0["threshold"] is NSNull } == [false, true, false, true])
    let alive = layers.reduce(0) { $0 + ($1["nonzero"] as! Int) }
    #expect(object["alive"] as? Int == alive && alive < 200)
    #expect(abs((object["compression"] as! Double) - 243 / Double(alive)) < 1e-12)
  }

  @Test func oneSeedMakesTheSameBytesOnEveryBackend() throws {
    let backends = try #require(espalier("info", "--json").json()["backends"] as? [String])
    #expect(backends.contains("reference"))
    for backend in backends {
      let choice = settings + phases + ["--backend", backend]
      for output in ["\(backend)-1", "\(backend)-2"] {
        let outcome = espalier(["run", "--output", output, "--json"] + choice)
        #expect(try outcome.json()["backend"] as? String == backend)
      }
      for name in networks {
        let first = try #require(bytes("\(backend)-1/\(name)"))
        #expect(bytes("\(backend)-2/\(name)") == first, "\(backend), \(name)")
      }
    }
    _ = espalier(["run", "--output", "other", "--seed", "8"] + TinyData.options + phases)
    #expect(bytes("other/dense.safetensors") != bytes("reference-1/dense.safetensors"))
  }

  @Test func stepsOneAtATimeMakeTheSameFiles() throws {
    _ = espalier(["run", "--output", "out"] + settings + phases)
    let steps = [
      ["train", "--epochs", "3"] + settings, ["prune", "dense.safetensors", "--sensitivity", "0.8"],
      ["retrain", "pruned.safetensors", "--epochs", "2", "--data", "data", "--threads", "2"],
    ]
    for step in steps {
      let outcome = espalier(step)
      #expect(outcome.status == 0, "\(step[0]): \(outcome.errors)")
    }
    for name in networks {
      let step = try #require(bytes(name))
      #expect(bytes("out/\(name)") == step, "\(name)")
    }
  }

  @Test func retrainingNothingIsPruningOnly() throws {
    let arguments = ["run", "--json", "--epochs", "1", "--retrain-epochs", "0"] + settings
    let object = try espalier(arguments).json()
    let pruned = try #require(object["pruned"] as? [String: Double])
    let retrained = try #require(object["retrained"] as? [String: Double])
    #expect(retrained["accuracy"] == pruned["accuracy"] && retrained["loss"] == pruned["loss"])
    #expect(retrained["seconds"] == 0)
  }

  @Test func aLossBeyondAllNumbersIsAnError() throws {
    for rate in ["1e20", "1e30"] {
      let outcome = espalier(["run", "--optimizer", "sgd", "--learning-rate", rate] + settings)
      #expect(outcome.status == 1)
      #expect(outcome.errorLines.last?.hasPrefix("espalier: error: the loss is no longer finite") == true)
    }
  }
}
