import EspalierTestSupport
import Foundation
import Testing

/// `prune` with its choices, `recipe`, `run --recipe` and `compare`, run as processes.
@Suite struct RecipeTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier { Espalier(folder: folder) }

  private func alive(_ arguments: [String]) throws -> [String: Int] {
    let outcome = espalier(["prune", "dense.safetensors", "--json"] + arguments)
    #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
    let layers = try outcome.json()["layers"] as! [[String: Any]]
    return Dictionary(
      uniqueKeysWithValues: layers.map { ($0["name"] as! String, $0["nonzero"] as! Int) })
  }

  /// 192 and 36 weights: every criterion, pattern, distribution and amount meets what it is asked for.
  @Test func pruningMeetsWhatItIsAskedFor() throws {
    let trained = espalier(["train", "--epochs", "2"] + TinyData.options)
    #expect(trained.status == 0, "\(trained.errors)")
    for criterion in [
      "random", "magnitude", "l2", "taylor", "taylor-squared", "snip", "grasp", "synflow", "lamp", "fisher",
      "wanda",
      "mean-activation", "apoz", "fpgm",
    ] {
      let left = try alive([
        "--criterion", criterion, "--distribution", "global", "--sparsity", "0.75", "--data", "data",
        "--samples", "20",
      ])
      // A criterion of whole neurons may meet weights that training left at zero: those count as survivors, not here.
      #expect(left["fc1.weight"]! + left["fc2.weight"]! <= 57, "\(criterion)")
      #expect(left["fc1.bias"] == 12, "\(criterion)")
    }
    #expect(try alive(["--per-layer", "fc1=0.5,fc2=0.25"])["fc1.weight"] == 96)
    #expect(
      try alive(["--compression", "4", "--distribution", "erk"]).filter { $0.key.hasSuffix("weight") }.values
        .reduce(0, +) == 57)
    #expect(try alive(["--count", "28", "--layers", "fc1"])["fc1.weight"] == 164)
    #expect(try alive(["--pattern", "2:4"])["fc1.weight"] == 96)
    #expect(try alive(["--pattern", "rows", "--sparsity", "0.5"])["fc1.weight"] == 96)
    #expect(try alive(["--pattern", "4x2", "--fraction", "0.5"])["fc1.weight"] == 96)
    // The masks of one network over the values of another.
    _ = try alive(["--pattern", "2:4", "--output", "half.safetensors"])
    #expect(try alive(["--mask-of", "half.safetensors"])["fc1.weight"] == 96)
  }

  /// A layer that loses everything is told of, and of what to do.
  @Test func cutOffLayersAreToldOf() throws {
    _ = espalier(["train", "--epochs", "1"] + TinyData.options)
    let pruned = espalier("prune", "dense.safetensors", "--threshold", "1e9", "--layers", "fc2")
    #expect(
      pruned.status == 0 && pruned.errors.contains("warning: fc2.weight has nothing left, the network is cut")
    )
    // By default an amount leaves every layer something.
    let kept = espalier("prune", "dense.safetensors", "--sparsity", "1", "--distribution", "global")
    #expect(kept.status == 0 && !kept.errors.contains("nothing left"))
    let network = contents(folder.path("dense.safetensors"))
    let overwriting = espalier(
      "sensitivity", "dense.safetensors", "--data", "data", "--csv", "./dense.safetensors")
    #expect(
      overwriting.status == 64
        && overwriting.errors.contains("--csv: expected a file other than the network's"))
    #expect(contents(folder.path("dense.safetensors")) == network)
    let shared = espalier("prune", "dense.safetensors", "--pattern", "2:4", "--distribution", "global")
    #expect(shared.status == 64 && shared.errors.contains("--distribution: expected an amount to share out"))
    let mistake = espalier("prune", "dense.safetensors", "--criterion", "taylor")
    #expect(mistake.status == 64 && mistake.errors.contains("expected an amount such as --sparsity 0.9"))
  }

  /// The classic run prunes the layers it is told to, and no others.
  @Test func theClassicRunSparesLayers() throws {
    let run = espalier(
      ["run", "--layers", "fc1", "--epochs", "1", "--retrain-epochs", "1", "--sensitivity", "1", "--json"]
        + TinyData.options)
    #expect(run.status == 0, "\(run.errors)")
    let layers = try #require(try run.json()["layers"] as? [[String: Any]])
    let left = Dictionary(uniqueKeysWithValues: layers.map { ($0["name"] as! String, $0["nonzero"] as! Int) })
    #expect(left["fc1.weight"]! < 192 && left["fc2.weight"] == 36)
  }

  @Test func recipesAreCarriedOut() throws {
    for strategy in ["one-shot", "iterative", "gradual", "dynamic", "lottery-ticket", "rigl"] {
      let example = espalier("recipe", "--example", strategy)
      #expect(example.status == 0)
      let text = example.output.replacing("lenet-300-100 ", with: "16-12-3 ")
        .replacing("epochs: 15", with: "epochs: 2").replacing("held-out: 5000", with: "held-out: 10")
        .replacing("retrain-epochs: 6", with: "retrain-epochs: 1").replacing(
          "retrain-epochs: 20", with: "retrain-epochs: 1"
        )
        .replacing("rounds: 8", with: "rounds: 2").replacing("rounds: 5", with: "rounds: 2")
        .replacing("samples: 512", with: "samples: 16")
      _ = folder.file("\(strategy).yaml", Array(text.utf8))
      let run = espalier(
        "run", "--recipe", "\(strategy).yaml", "--data", "data", "--output", strategy, "--json")
      #expect(run.status == 0, "\(strategy): \(run.errors)")
      let report = try run.json()
      #expect(report["model"] as? String == "16-12-3" && report["testAccuracy"] is Double, "\(strategy)")
      let names = Set(folder.names(strategy))
      #expect(
        names.isSuperset(of: ["best.safetensors", "recipe.yaml", "report.json", "report.html"]), "\(strategy)"
      )
      #expect(contents(folder.path("\(strategy)/recipe.yaml")) == Array(text.utf8))
      #expect(espalier("inspect", "\(strategy)/best.safetensors").status == 0)
    }
  }

  @Test(
    arguments: [
      (["recipe"], 64, "expected one of --example and --check, found none"),
      (
        ["recipe", "--example", "odd"], 64,
        "--example: expected one of one-shot, iterative, gradual, dynamic, lottery-ticket, rigl, found odd"
      ),
      (["recipe", "--check", "none.yaml"], 1, "none.yaml: cannot open: No such file or directory"),
      (
        ["recipe", "--check", "bad.yaml"], 1,
        "bad.yaml: line 2: expected one of model, epochs, held-out, training, pruning, strategy, distillation, found the key color"
      ),
      (
        ["run", "--recipe", "bad.yaml", "--epochs", "3"], 64,
        "--recipe, --epochs: expected epochs in the recipe, found an option"
      ),
      (
        ["run", "--recipe", "all.yaml", "--data", "data"], 1,
        "all.yaml: held-out: expected less than the 120 training samples, found 120"
      ),
      (
        ["run", "--recipe", "bad.yaml", "--evolve", "0.3"], 64,
        "--recipe, --evolve: expected one of them, for recipes have no such part, found both"
      ),
      (
        ["prune", "a", "--pattern", "rows"], 64,
        "--pattern rows: expected an amount such as --sparsity 0.9, for only single weights compare with standard "
          + "deviations"
      ),
      (
        ["recipe", "--check", "odd.yaml"], 1,
        "odd.yaml: model: expected lenet-300-100, lenet-5, vgg-small, resnet-8, resnet-20, mobilenet (a quarter as wide: "
          + "mobilenet-0.25) or two or more sizes from 1 to 1048576, such as 784-100-10, found lenet-9"
      ),
      (
        ["compare", "--ways", "best"], 64,
        "--ways: expected some of prune-only, prune-l1, retrain-l1, retrain-l2, iterative, rigl, lottery-ticket, found best"
      ),
      (
        ["compare", "--sparsities", "0.5,0.4"], 64,
        "--sparsities: expected two or more ascending shares from 0 and below 1, found 0.5,0.4"
      ),
      (["compare", "--seeds", "0"], 64, "--seeds: expected a count from 1 to 1000, found 0"),
    ])
  func mistakes(arguments: [String], status: Int, message: String) {
    _ = folder.file("bad.yaml", Array("epochs: 3\ncolor: red\n".utf8))
    _ = folder.file("all.yaml", Array("model: 16-12-3\nheld-out: 120\n".utf8))
    _ = folder.file("odd.yaml", Array("model: lenet-9\n".utf8))
    let outcome = espalier(arguments)
    #expect(
      outcome.status == status && outcome.errorLines.first == "espalier: error: \(message)",
      "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
  }

  /// A comparison writes its files, says the same again at once, and refuses other settings in its folder.
  @Test func comparisonsAreDrawn() throws {
    let arguments = [
      "compare", "--model", "16-12-3", "--data", "data", "--seeds", "2", "--epochs", "2", "--retrain-epochs",
      "1",
      "--sparsities", "0,0.5,0.9", "--output", "figure",
    ]
    let first = espalier(arguments + ["--json"])
    #expect(first.status == 0, "\(first.errors)")
    #expect((try first.json()["lines"] as? [Any])?.count == 5)
    let files = [
      "comparison.csv", "comparison.html", "comparison.json", "comparison.svg", "networks", "points.json",
    ]
    #expect(folder.names("figure").sorted() == files)
    let again = espalier(arguments)
    #expect(again.status == 0 && again.output.contains("loses one point at"))
    #expect(contents(folder.path("figure/comparison.json")) == Array(first.output.utf8))
    let other = espalier(arguments + ["--l1", "0.5"])
    #expect(
      other.status == 1
        && other.errorLines[0].contains("figure/points.json: settings: expected the comparison"))
  }
}
