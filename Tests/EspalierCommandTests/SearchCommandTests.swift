import EspalierFormats
import EspalierTestSupport
import Foundation
import Testing

@Suite struct SearchCommandTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier { Espalier(folder: folder) }
  private let arguments = [
    "search", "dense.safetensors", "--data", "data", "--samples", "40", "--held-out", "60", "--population",
    "4",
    "--generations", "1",
  ]

  private func trained() {
    let outcome = espalier(["train", "--epochs", "3", "--seed", "7"] + TinyData.options)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func meetsASparsityAndDrawsTheFront() throws {
    trained()
    let outcome = espalier(arguments + ["--target-sparsity", "0.6", "--svg", "front.svg"])
    #expect(outcome.status == 0 && outcome.errorLines.isEmpty, "\(outcome.errors)")
    #expect(outcome.output.contains("sparsity    accuracy\n") && outcome.output.contains("\nfc1 "))
    #expect(outcome.output.contains(" allowed\naccuracy on held-out samples: "))
    #expect(
      folder.names == ["data", "dense.safetensors", "front.svg", "search.json", "searched.safetensors"])
    let network = try NetworkFile(contentsOf: folder.path("searched.safetensors")).network
    let left = network.parameters.filter { $0.parameter.role == .weight }.reduce(0) {
      $0 + $1.parameter.survivors
    }
    #expect(left <= 92, "40 % of 228 weights")
    let svg = String(decoding: contents(folder.path("front.svg")) ?? [], as: UTF8.self)
    let texts = try MarkupElement.parse(svg).all("text").map(\.text)
    #expect(texts.contains("Pareto front") && texts.contains("weights left"))
  }

  @Test func theSameCommandGoesOnToTheSameFile() throws {
    trained()
    let options = ["--target-file-size", "1500B", "--json"]
    let first = try espalier(arguments + options).json()
    let (bytes, journal) = (
      contents(folder.path("searched.safetensors")), contents(folder.path("search.json"))
    )
    #expect((bytes?.count ?? .max) <= 1500 && first["after"] != nil)
    let again = try espalier(arguments + options).json()
    #expect(
      contents(folder.path("searched.safetensors")) == bytes
        && contents(folder.path("search.json")) == journal)
    #expect(again["tried"] as? Int == first["tried"] as? Int)
  }

  @Test func patternsAreTheSearchSpace() throws {
    trained()
    let options = ["--target-sparsity", "0.5", "--json"]
    let without = try espalier(arguments + options + ["--patterns", "none"]).json()
    let candidates = try #require(without["front"] as? [[String: Any]])
    #expect(candidates.allSatisfy { ($0["patterns"] as? [Any])?.allSatisfy { $0 is NSNull } == true })
    let refused = espalier(arguments + options + ["--patterns", "1:4"])
    #expect(refused.status == 1 && refused.errors.contains("one of another network, method, data or machine"))
  }

  @Test func measuresLatency() throws {
    trained()
    let object = try espalier(arguments + ["--target-latency", "1s", "--loss-allowed", "50", "--json"]).json()
    #expect(object["cost"] as? String == "latency" && object["meetsTarget"] as? Bool == true)
    #expect(try #require(object["costBefore"] as? Double) > 0)
  }

  @Test func timesOfOtherThreadsAreRefused() throws {
    trained()
    let options = ["--target-latency", "1s", "--patterns", "none"]
    #expect(espalier(arguments + options + ["--threads", "1"]).status == 0)
    let other = espalier(arguments + options + ["--threads", "2"])
    #expect(other.status == 1 && other.errors.contains("one of another network, method, data or machine"))
    #expect(espalier(arguments + options + ["--threads", "1"]).status == 0)
  }

  @Test func aTargetThatIsMetAlreadyCostsNothing() throws {
    trained()
    let outcome = espalier(arguments + ["--target-macs", "1e300", "--svg", "front.svg"])
    #expect(outcome.status == 0 && outcome.errorLines.isEmpty, "\(outcome.errors)")
    #expect(outcome.output.contains(", 1e+300 multiply-accumulates allowed\n"))
  }

  @Test func mistakesAreOneLine() throws {
    trained()
    let targets = "--target-sparsity, --target-macs, --target-file-size and --target-latency"
    for (options, status, message) in [
      ([], 64, "expected one of \(targets), found none"),
      (
        ["--target-sparsity", "0.5", "--target-macs", "0.5"], 64,
        "expected one of \(targets), found --target-sparsity and --target-macs"
      ),
      (["--target-sparsity", "0.5", "--batch", "2"], 64, "--batch: expected --target-latency as well"),
      (
        ["--target-sparsity", "0.5", "--held-out", "100"], 64,
        "--held-out, --samples: expected at most the 120 of the training set together, found 100 and 40"
      ),
      (
        ["--target-sparsity", "0.5", "--patterns", "2:4,5:4"], 64,
        "--patterns: expected N:M with 0 < N ≤ M, such as 2:4, found 5:4"
      ),
      (
        ["--target-sparsity", "0.5", "--patterns", "2:4,2:4"], 64,
        "--patterns: expected each once, found 2:4,2:4"
      ),
      (
        ["--target-sparsity", "0.5", "--output", "a", "--journal", "a"], 64,
        "--output, --journal, --svg: expected different files, found one twice"
      ),
    ] as [([String], Int, String)] {
      let outcome = espalier(arguments + options)
      #expect(outcome.status == status && outcome.output.isEmpty, "\(options)")
      #expect(outcome.errorLines == ["espalier: error: \(message)"])
    }
    for option in ["--population", "--generations", "--batch", "--held-out", "--samples"] {
      let huge = espalier(arguments + ["--target-latency", "0.5", option, "\(Int.max)"])
      #expect(
        huge.status == 64 && huge.errorLines.count == 1 && huge.errors.contains(option), "\(huge.errors)")
    }
    let endless = espalier(arguments + ["--target-file-size", "1e308GB"])
    #expect(endless.status == 64 && endless.errorLines.count == 1 && endless.output.isEmpty)
    #expect(endless.errors.contains("or a size such as 50KB or 1.5MB"))
    #expect(folder.names == ["data", "dense.safetensors"])
    let impossible = espalier(arguments + ["--target-file-size", "5B"])
    #expect(impossible.status == 1 && impossible.errorLines.count == 1)
    #expect(impossible.errors.contains("expected at most 5 bytes, found "))
    #expect(!folder.names.contains("searched.safetensors"))
  }
}
