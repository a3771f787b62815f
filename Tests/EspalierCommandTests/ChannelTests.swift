import EspalierFormats
import EspalierNetworks
import EspalierTestSupport
import Foundation
import Testing

/// Removing channels as a process.
@Suite struct ChannelTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier { Espalier(folder: folder) }

  private func widths(_ name: String) throws -> [Int] {
    let network = try NetworkFile(contentsOf: folder.path(name)).network
    return network.nodes.filter { type(of: $0.layer).kind == "linear" }.map { $0.outputShape[0] }
  }

  @Test func runRemovesHalfInRounds() throws {
    let outcome = espalier(
      ["run", "--structured", "0.5", "--rounds", "2", "--epochs", "3", "--retrain-epochs", "2", "--json"]
        + TinyData.options)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try widths("espalier-run/dense.safetensors") == [12, 3])
    #expect(try widths("espalier-run/retrained.safetensors") == [6, 3])
    let report = try outcome.json()
    #expect(report["total"] as? Int == 243 && report["alive"] as? Int == 17 * 6 + 7 * 3)
    let channels = try #require(report["channels"] as? [String: Any])
    let layers = try #require(channels["layers"] as? [[String: Any]])
    #expect(layers.map { $0["name"] as? String } == ["fc1", "fc2"])
    #expect(layers[0]["channels"] as? NSDictionary == ["before": 12, "after": 6])
    let cost = try #require(report["cost"] as? [String: [String: Any]])
    #expect(cost["before"]?["multiplyAccumulates"] as? Int == 228)
    #expect(cost["after"]?["multiplyAccumulates"] as? Int == 114)
    let page = String(
      decoding: try #require(contents(folder.path("espalier-run/report.html"))), as: UTF8.self)
    for text in [
      "retrained 2", "train, remove whole channels, retrain, in 2 rounds", "What it costs", "importance",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    // 12 neurons of 16 inputs and a bias, read by 3, of which 6 stay.
    for text in ["123 of 243 values are left (1.98×)", "12 × 16 → 6 × 16", "192 → 96", "50.00 % of 192"] {
      #expect(page.contains(text), "\(text)")
    }
    // What is left goes on like any other network.
    #expect(espalier("evaluate", "espalier-run/retrained.safetensors", "--data", "data").status == 0)
  }

  @Test func pruneMeetsTargets() throws {
    #expect(espalier(["train", "--epochs", "1"] + TinyData.options).status == 0)
    for (options, width) in [
      ("--channels 0.25", 9), ("--target-macs 0.5", 6), ("--target-macs 100", 5),
      ("--target-parameters 0.5", 5),
      ("--channels 0.6 --round-to 4", 8), ("--channels 0.9 --floor 3", 3), ("--channels 0.5 --global", 6),
      ("--channels 0.5 --importance taylor --group-reduction max --data data", 6),
      ("--channels 0.5 --importance apoz --data data --samples 20", 6), ("--channels 0.5 --layers fc1", 6),
      ("--target-latency 1", 12), ("--target-latency 10s", 12),
    ] {
      let outcome = espalier.shell("$espalier prune dense.safetensors \(options)")
      #expect(outcome.status == 0, "\(options): \(outcome.errors)")
      #expect(try widths("pruned.safetensors") == [width, 3], "\(options)")
      #expect(
        outcome.output.contains("channels =    12 -> \(width < 10 ? "    " : "   ")\(width)"),
        "\(outcome.output)")
    }
    let text = espalier("prune", "dense.safetensors", "--channels", "0.5").output
    #expect(text.contains("| multiplications left = 192 -> 96 (2.00x)"), "\(text)")
    #expect(
      text.contains("values left: 243 -> 123 (1.98x), multiplications left: 228 -> 114 (2.00x)"), "\(text)")
    let json = try espalier("prune", "dense.safetensors", "--channels", "0.5", "--json").json()
    #expect(json["multiplyAccumulates"] as? NSDictionary == ["before": 228, "after": 114])
  }

  @Test(arguments: [
    ("prune dense.safetensors --channels 2", 64, "--channels: expected a share from 0 to 1, found 2.0"),
    (
      "prune dense.safetensors --channels 0.5 --target-macs 0.5", 64,
      "expected one amount, found --channels and --target-macs"
    ),
    (
      "prune dense.safetensors --channels 0.5 --sparsity 0.5", 64,
      "--channels, --sparsity: expected one of them, found both"
    ),
    (
      "prune dense.safetensors --channels 0.5 --biases", 64,
      "--channels, --biases: expected one of them, found both"
    ),
    (
      "prune dense.safetensors --global", 64,
      "--global: expected --channels or a target such as --target-macs as well, found none"
    ),
    (
      "prune dense.safetensors --target-latency fast", 64,
      "expected a share above 0 and up to 1, or a time such as 50us or 1.5ms"
    ),
    (
      "prune dense.safetensors --target-macs 0.001", 1,
      "expected at most 0 of multiply-accumulates, found 19 with as few channels as may stay"
    ),
    (
      "prune dense.safetensors --channels 1 --floor 0", 1,
      "layer fc1: expected at least one channel to stay, found all 12"
    ),
    (
      "prune dense.safetensors --channels 0.5 --importance scale", 1,
      "group fc1: expected a normalisation whose scales tell"
    ),
    ("prune dense.safetensors --channels 0.5 --layers fc2", 1, "expected a layer whose channels may go"),
    (
      "run --rounds 2", 64,
      "--rounds: expected --structured or a target such as --target-macs as well, found none"
    ),
    (
      "run --structured 0.5 --sensitivity 2", 64,
      "--sensitivity, --channels: expected one of them, found both"
    ),
    ("run --recipe r.yaml --slimming 0.1", 64, "--recipe, --slimming: expected one of them"),
    (
      "run --slimming 0.1 --data data --model 16-12-3", 64,
      "--slimming: expected a network with normalisations"
    ),
  ])
  func mistakesAreOneLine(_ line: String, _ status: Int, _ message: String) throws {
    if line.hasPrefix("prune") {
      #expect(espalier(["train", "--epochs", "1"] + TinyData.options).status == 0)
    }
    let outcome = espalier.shell("$espalier \(line)")
    #expect(outcome.status == status && outcome.output == "", "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!folder.names.contains("pruned.safetensors") && !folder.names.contains("espalier-run"))
  }

  @Test func trainingPreparesWithGroupLasso() throws {
    func penalized(_ options: [String]) throws -> Double {
      #expect(
        espalier(["train", "--epochs", "2", "--output", "net"] + options + TinyData.options).status == 0)
      let network = try NetworkFile(contentsOf: folder.path("net")).network
      return network[ParameterPath(node: "fc1", name: "weight")]!.values.values.reduce(0) {
        $0 + Double($1 * $1)
      }
    }
    #expect(try penalized(["--group-lasso", "0.05"]) < 0.9 * penalized([]))
  }
}
