import EspalierFormats
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Foundation
import Testing

/// `espalier oneshot` as a process.
@Suite struct OneShotTests {
  private let folder = TemporaryFolder.withTinyData()

  private var espalier: Espalier { Espalier(folder: folder) }

  /// Writes a network of a convolution with normalisation and two fully connected layers as `net`.
  init() throws {
    var generator = Xoshiro256(seed: 1)
    let network = Network(input: [1, 4, 4]) {
      Conv2d(inputs: 1, outputs: 4, kernel: 3, using: &generator).named("conv1")
      BatchNorm(channels: 4).named("norm1")
      ReLU()
      Flatten()
      Linear(inputs: 16, outputs: 12, using: &generator).named("fc1")
      ReLU()
      Linear(inputs: 12, outputs: 3, using: &generator).named("fc2")
    }
    try NetworkFile(network).write(to: folder.path("net"))
  }

  private func weights(_ file: String, _ layer: String) throws -> Parameter {
    try #require(
      NetworkFile(contentsOf: folder.path(file)).network[ParameterPath(node: layer, name: "weight")])
  }

  @Test(
    "The file has what the report says, by every method",
    arguments: ["magnitude", "wanda", "obd", "sparsegpt", "obs", "admm", "admm --iterations 7"])
  func everyMethod(_ method: String) throws {
    for amounts in ["--sparsity 0.5", "--sparsity 0.5 --amounts uniform", "--n-of-m 1:2"] {
      let outcome = espalier.run(
        "oneshot net --method \(method) \(amounts) --samples 100 --data data -o small --json")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let report = try outcome.json() as NSDictionary
      let layers = try #require(report["layers"] as? [NSDictionary])
      #expect(layers.map { $0["name"] as? String } == ["conv1", "fc1", "fc2"])
      var left = 0
      for layer in layers {
        let survivors = try weights("small", try #require(layer["name"] as? String)).survivors
        #expect(survivors == layer["survivors"] as? Int)
        left += survivors
      }
      // 36 + 192 + 36 weights; rows of 9 keep 4 pairs' halves and the odd one.
      #expect(left == (amounts.contains("n-of-m") ? 4 * 5 + 96 + 18 : 132), "\(amounts)")
      for (file, key) in [("net", "accuracyBefore"), ("small", "accuracyAfter")] {
        let evaluated = try espalier.run("evaluate \(file) --data data --json").json()
        #expect(evaluated["accuracy"] as? Double == report[key] as? Double)
      }
    }
  }

  @Test("Normalisation is measured anew exactly where outputs drift")
  func normalisation() throws {
    func statistics(_ file: String) throws -> [[Float]] {
      try NetworkFile(contentsOf: folder.path(file)).network.statistics.map(\.values.values)
    }
    let before = try statistics("net")
    for (options, changes) in [
      ("--method magnitude", true), ("--method sparsegpt", false), ("--method sparsegpt --layerwise", true),
      ("--method wanda --refit", false),
    ] {
      let outcome = espalier.run("oneshot net \(options) --sparsity 0.5 --samples 100 --data data -o small")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try (statistics("small") != before) == changes, "\(options)")
    }
  }

  @Test func comparisonDecidesWhichWeightsStay() throws {
    for (options, even) in [("", true), (" --comparison layer", false)] {
      let outcome = espalier.run(
        "oneshot net --method wanda\(options) --sparsity 0.5 --amounts uniform --samples 100 --data data -o small"
      )
      #expect(outcome.status == 0, "\(outcome.errors)")
      let mask = try #require(try weights("small", "fc1").mask)
      let rows = (0..<12).map { row in (0..<16).count { mask[row * 16 + $0] } }
      #expect((Set(rows) == [8]) == even, "\(rows)")
    }
  }

  @Test("More iterations of ADMM leave a smaller error")
  func iterations() throws {
    let errors = try ["--iterations 2", "--iterations 40"].map { option in
      let outcome = espalier.run(
        "oneshot net --method admm \(option) --sparsity 0.7 --amounts uniform --samples 100 --layers fc1 "
          + "--data data -o small --json")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let layers = try #require((try outcome.json() as NSDictionary)["layers"] as? [NSDictionary])
      return try #require(layers[0]["relativeError"] as? Double)
    }
    #expect(errors[1] < errors[0], "\(errors)")
  }

  @Test func blocksAreNoLargerThanTheLayer() throws {
    for amounts in ["--sparsity 0.5 --amounts uniform", "--n-of-m 2:4"] {
      for size in ["9223372036854775807", "1000"] {
        let outcome = espalier.run(
          "oneshot net \(amounts) --block-size \(size) --samples 100 --data data -o \(size)")
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      #expect(contents(folder.path("1000")) == contents(folder.path("9223372036854775807")))
    }
  }

  @Test func tableTellsEveryLayer() throws {
    let outcome = espalier.run(
      "oneshot net --sparsity 0.25 --amounts uniform --samples 100 --data data -o small")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines[1].prefix(3) == ["conv1", "36", "27"], "\(outcome.output)\(outcome.errors)")
    #expect(lines[2].prefix(3) == ["fc1", "192", "144"] && lines[3].prefix(3) == ["fc2", "36", "27"])
    #expect(outcome.output.contains("198 of 264 weights are left, chosen by sparsegpt on 100 samples in "))
    #expect(outcome.output.contains("accuracy on data: "))
  }

  @Test(
    "A network that computes no numbers is refused by whatever method", arguments: ["magnitude", "sparsegpt"])
  func notANumber(_ method: String) throws {
    var generator = Xoshiro256(seed: 3)
    var weights = Tensor(uniform: -1..<1, shape: [3, 16], using: &generator)
    weights[flat: 5] = .nan
    let network = Network(input: [1, 4, 4]) {
      Flatten()
      Linear(weight: weights, bias: nil).named("fc1")
    }
    try NetworkFile(network).write(to: folder.path("net"))
    for command in ["oneshot net --method \(method) --sparsity 0.5", "factor net --rank 2"] {
      let outcome = espalier.run("\(command) --samples 100 --data data -o small")
      #expect(outcome.status == 1 && outcome.output.isEmpty && contents(folder.path("small")) == nil)
      #expect(
        outcome.errorLines.count == 1 && outcome.errors.contains("expected a finite loss"),
        "\(outcome.errors)")
    }
  }

  @Test func saysWhichLayersItCannotPrune() throws {
    var generator = Xoshiro256(seed: 2)
    let network = Network(input: [1, 4, 4]) {
      Conv2d(inputs: 1, outputs: 4, kernel: 3, using: &generator).named("conv1")
      Conv2d(inputs: 4, outputs: 4, kernel: 2, groups: 4, using: &generator).named("depthwise1")
      Flatten()
      Linear(inputs: 4, outputs: 3, using: &generator).named("fc1")
    }
    try NetworkFile(network).write(to: folder.path("net"))
    let outcome = espalier.run("oneshot net --sparsity 0.5 --samples 100 --data data -o small")
    #expect(outcome.output.contains("\nnot pruned, as convolutions in groups or too large: depthwise1\n"))
    #expect(outcome.output.contains("24 of 48 weights are left"), "\(outcome.output)\(outcome.errors)")
    #expect(try weights("small", "depthwise1").mask == nil)
    let named = espalier.run("oneshot net --sparsity 0.5 --layers conv1 --samples 100 --data data -o small")
    #expect(named.status == 0 && !named.output.contains("not pruned"), "\(named.errors)")
  }

  @Test(
    "Mistakes are one line and write nothing",
    arguments: [
      ("", 64, "found none"), ("--sparsity 1.5", 64, "--sparsity"),
      ("--sparsity 0.5 --n-of-m 2:4", 64, "both"),
      ("--n-of-m 4:2", 64, "--n-of-m"), ("--n-of-m x", 64, "--n-of-m"),
      ("--sparsity 0.5 --method obs --block-size 8", 64, "--block-size"),
      ("--sparsity 0.5 --iterations 8", 64, "--iterations: expected --method admm, found sparsegpt"),
      ("--sparsity 0.5 --method admm --iterations 0", 64, "--iterations"),
      ("--sparsity 0.5 --comparison row", 64, "--comparison"),
      ("--sparsity 0.5 --damping -1", 64, "--damping"), ("--sparsity 0.5 --layers fc9", 64, "fc9"),
      ("--sparsity 0.5 --method admm --iterations 9223372036854775807", 64, "--iterations"),
      ("--sparsity 0.5 --method magnitude --layerwise", 64, "--layerwise"),
      ("--sparsity 0.5 --method wanda --damping 0.1", 64, "--damping"),
      ("--sparsity 0.5 --damping 1e308", 64, "--damping"), ("--n-of-m 2:4 --amounts erk", 64, "--amounts"),
      ("--sparsity 0.5 --samples 9223372036854775807", 64, "120"),
      ("--sparsity 0.5 --layers norm1", 64, "found norm1"), ("--sparsity 0.5 --samples 1000", 64, "120"),
      ("--sparsity 0.5 --calibrate nowhere", 1, "nowhere"),
    ])
  func mistakes(_ options: String, _ status: Int, _ text: String) {
    let samples = options.contains("--samples") ? "" : " --samples 50"
    let outcome = espalier.run("oneshot net \(options)\(samples) --data data -o small")
    #expect(outcome.status == status)
    #expect(outcome.errorLines.count == 1 && outcome.errors.contains(text), "\(outcome.errors)")
    #expect(outcome.output.isEmpty && contents(folder.path("small")) == nil)
  }
}
