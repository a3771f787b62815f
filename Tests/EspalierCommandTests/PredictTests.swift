import EspalierTestSupport
import Foundation
import Testing

/// `espalier predict` as a process.
@Suite struct PredictTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier {
    Espalier(folder: folder, environment: ["XDG_CACHE_HOME": folder.path("cache/of/the/user")])
  }

  /// Trains and prunes a perceptron 16-12-3 as `net`.
  init() {
    let trained = espalier(["train", "--epochs", "4", "--output", "net"] + TinyData.options)
    let pruned = espalier("prune", "net", "--sensitivity", "1.2", "--output", "net")
    #expect(trained.status == 0 && pruned.status == 0, "\(trained.errors)\(pruned.errors)")
  }

  private struct Answers {
    let classes: [Int]
    let probabilities: [Double]
  }

  private func answers(_ options: String) throws -> Answers {
    let outcome = espalier.shell("$espalier predict net \(options) --json")
    #expect(outcome.status == 0, "\(options): \(outcome.errors)")
    let object = try outcome.json()
    #expect(object.keys.sorted() == ["classes", "probabilities"])
    return Answers(
      classes: try #require(object["classes"] as? [Int]),
      probabilities: try #require(object["probabilities"] as? [Double]))
  }

  @Test func answersAreThoseOfTheEvaluation() throws {
    let answers = try answers("--data data")
    // The test set's labels are 0, 1, 2, 0, 1, 2, …
    var confusion = [[Int]](repeating: [0, 0, 0], count: 3)
    for (index, answer) in answers.classes.enumerated() { confusion[index % 3][answer] += 1 }
    let evaluated = try espalier("evaluate", "net", "--data", "data", "--json").json()
    #expect(evaluated["confusion"] as? [[Int]] == confusion)
    // The largest of three.
    #expect(answers.probabilities.count == 30 && answers.probabilities.allSatisfy { $0 > 1 / 3 && $0 <= 1 })
  }

  @Test func thereIsALineForEachImage() throws {
    let answers = try answers("--data data --limit 7")
    let text = espalier("predict", "net", "--data", "data", "--limit", "7")
    #expect(text.status == 0, "\(text.errors)")
    let lines = text.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.map(\.count) == [Int](repeating: 6, count: 7))
    for (index, words) in lines.enumerated() {
      #expect(words[..<4] == ["\(index)", "class", "\(answers.classes[index])", "probability"])
      let shown = try #require(Double(words[4]))
      #expect((shown - 100 * answers.probabilities[index]).magnitude <= 0.00501 && words[5] == "%")
    }
  }

  @Test func imagesMayComeFromAnyFile() throws {
    let fromSet = try answers("--data data")
    let fromFile = try answers("data/t10k-images-idx3-ubyte")
    #expect(fromFile.classes == fromSet.classes && fromFile.probabilities == fromSet.probabilities)
    let zipped = espalier.shell("gzip -c data/t10k-images-idx3-ubyte > images.gz")
    #expect(zipped.status == 0)
    #expect(try answers("images.gz").classes == fromSet.classes)
  }

  @Test func theFirstImagesAreTheSameWithoutTheOthers() throws {
    let all = try answers("--data data --no-calibrate")
    for limit in [1, 29, 30, 1000] {
      let some = try answers("--data data --no-calibrate --limit \(limit)")
      #expect(some.classes == Array(all.classes.prefix(limit)))
      #expect(some.probabilities == Array(all.probabilities.prefix(limit)))
    }
  }

  /// Other operators round otherwise, no more.
  @Test(arguments: [
    "--batch-size 2", "--batch-size 17", "--batch-size 64", "--batch-size 5 --no-calibrate",
    "--backend reference", "--threads 2 --batch-size 30",
  ])
  func howItIsComputedChangesNothing(_ options: String) throws {
    let one = try answers("--data data --no-calibrate")
    let other = try answers("--data data \(options)")
    #expect(other.classes == one.classes)
    for (a, b) in zip(one.probabilities, other.probabilities) { #expect((a - b).magnitude < 1e-5) }
  }

  @Test func onlyMeasuringUsesTheCache() throws {
    _ = try answers("--data data --no-calibrate")
    #expect(!folder.names.contains("cache"))
    _ = try answers("--data data --batch-size 16")
    let name = try #require(folder.names("cache/of/the/user/espalier").first { $0.hasSuffix(".json") })
    let path = folder.path("cache/of/the/user/espalier/\(name)")
    let text = String(decoding: try #require(contents(path)), as: UTF8.self)
    #expect(text.contains("12x16, batch 16, "), "\(text)")
    // What is known is not measured, and nothing written.
    let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    _ = try answers("--data data --batch-size 16")
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date == date)
  }

  @Test(arguments: [
    ("net --data data --limit 0", 64, "--limit: expected at least 1, found 0"),
    ("net --data data --batch-size 0", 64, "--batch-size: expected a count of 1 to 65536, found 0"),
    ("net --batch-size 65537", 64, "--batch-size: expected a count of 1 to 65536, found 65537"),
    ("net images --data data", 64, "expected an images file or --data, found both"),
    ("", 64, "Missing expected argument '<file>'"),
    ("missing", 1, "missing: cannot open: No such file or directory"),
    ("net missing", 1, "missing: cannot open: No such file or directory"),
    ("net large", 1, "large: images: expected at least one of 16 pixels, found 2 of shape [5, 4]"),
    ("net none", 1, "none: images: expected at least one of 16 pixels, found 0 of shape [4, 4]"),
    (
      "net data/t10k-labels-idx1-ubyte", 1,
      "data/t10k-labels-idx1-ubyte: images: expected at least one of 16 pixels, found 30 of shape []"
    ),
  ])
  func mistakes(_ arguments: String, _ status: Int, _ message: String) {
    folder.file("large", TinyData.idx([2, 5, 4], [UInt8](repeating: 0, count: 40)))
    folder.file("none", TinyData.idx([0, 4, 4], []))
    let outcome = espalier.shell("$espalier predict \(arguments)")
    #expect(outcome.status == status && outcome.output.isEmpty)
    #expect(outcome.errorLines == ["espalier: error: \(message)"])
  }
}
