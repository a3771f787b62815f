import EspalierData
import EspalierFormats
import EspalierNetworks
import EspalierRecipes
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Foundation
import Synchronization
import Testing

@Suite struct ComparisonTests {
  private static let (training, test) = Dataset.builtInDigits(seed: 2, trainingCount: 400, testCount: 150)

  private let settings = ComparisonSettings(
    families: ComparisonFamily.allCases, sparsities: [0, 0.6, 0.9], seeds: [4, 5], epochs: 2,
    retrainEpochs: 1,
    strengthL1: 1e-4, training: TrainingSettings(batchSize: 50))

  private static func network(_ seed: UInt64) -> Network {
    var generator = Xoshiro256(seed: seed)
    return .perceptron(sizes: [784, 16, 10], input: [28, 28], connectivity: .dense, using: &generator)
  }

  private func run(
    _ settings: ComparisonSettings, in folder: String, stopAfter steps: Int = .max
  ) throws -> ComparisonOutcome? {
    let seen = Atomic<Int>(0)
    return try Comparison(settings, model: "small", dataset: "digits").run(
      training: Self.training, test: Self.test, folder: folder,
      observe: { _ in seen.add(1, ordering: .relaxed).newValue < steps }, network: Self.network)
  }

  /// Interrupted after any number of steps and called again until it is done, it comes to the numbers of one call.
  @Test(arguments: [1, 7, 20])
  func anInterruptedOneGoesOn(steps: Int) throws {
    let folders = TemporaryFolder()
    for name in ["whole", "parts", "whole/networks", "parts/networks"] { folders.folder(name) }
    let whole = try ThreadCount.$current.withValue(2) { try run(settings, in: folders.path("whole")) }
    var parts: ComparisonOutcome?
    var calls = 0
    while parts == nil {
      // At least one step more each time, or a training longer than the steps would begin anew for ever.
      parts = try run(settings, in: folders.path("parts"), stopAfter: steps + calls)
      calls += 1
      try #require(calls < 200)
    }
    #expect(calls > 1 && parts!.lines == whole!.lines)
    let names = folders.names("parts/networks").filter { !$0.hasPrefix("dense-") }
    #expect(names.isEmpty, "networks of chains are forgotten when those are done")
  }

  @Test func otherSettingsAreRefused() throws {
    let folder = TemporaryFolder()
    for name in ["a", "a/networks"] { folder.folder(name) }
    var small = settings
    (small.families, small.seeds) = ([.pruneOnly], [1])
    #expect(try run(small, in: folder.path("a")) != nil)
    small.epochs += 1
    #expect {
      _ = try run(small, in: folder.path("a"))
    } throws: { error in
      "\(error)".contains("points.json: settings: expected the comparison that is asked for")
    }
    _ = folder.file("a/points.json", Array("{".utf8))
    #expect(throws: FormatError.self) { _ = try run(small, in: folder.path("a")) }
  }

  /// Networks of another comparison in the same folder are never taken for this one's, nor a divergence for a result.
  @Test func nothingOfAnotherComparisonIsUsed() throws {
    let folder = TemporaryFolder()
    for name in ["a", "a/networks", "b", "b/networks"] { folder.folder(name) }
    var small = settings
    (small.families, small.seeds) = ([.pruneOnly], [1])
    _ = try run(small, in: folder.path("a"))
    try FileManager.default.removeItem(atPath: folder.path("a/points.json"))
    small.epochs = 3
    let mixed = try run(small, in: folder.path("a"))
    #expect(mixed!.lines == (try run(small, in: folder.path("b")))!.lines)
    small.families = [.retrainL1]
    small.training = TrainingSettings(optimizer: .sgd, learningRate: 1e30, batchSize: 50)
    folder.folder("c")
    folder.folder("c/networks")
    #expect(throws: DivergedTraining.self) { _ = try run(small, in: folder.path("c")) }
  }

  @Test func meansSpreadsAndCrossings() throws {
    let folder = TemporaryFolder()
    for name in ["a", "a/networks"] { folder.folder(name) }
    var small = settings
    small.families = [.pruneOnly, .retrainL2]
    let result = try #require(try run(small, in: folder.path("a")))
    #expect(result.lines.map(\.family) == [.pruneOnly, .retrainL2])
    for line in result.lines {
      #expect(line.points.map(\.sparsity) == [0, 0.6, 0.9])
      for point in line.points {
        let (first, second) = (point.accuracies[0], point.accuracies[1])
        #expect(abs(point.accuracy - (first + second) / 2) < 1e-12)
        #expect(abs(point.deviation! - abs(first - second) / 2.0.squareRoot()) < 1e-12)
      }
      guard let share = line.losesOnePointAt else { continue }
      let after = line.points.firstIndex { $0.sparsity >= share - 1e-12 }!
      #expect(line.points[after].accuracy < line.points[0].accuracy - 0.01)
      #expect(line.points[..<after].allSatisfy { $0.accuracy >= line.points[0].accuracy - 0.01 })
    }
    #expect(result.csv.split(separator: "\n").count == 1 + 2 * 3 * 2)
    #expect(result.figure.series.map(\.name) == ["prune only", "L2, prune + retrain"])
  }
}
