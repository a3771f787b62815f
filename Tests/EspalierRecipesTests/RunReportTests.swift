import EspalierData
import EspalierNetworks
import EspalierRecipes
import EspalierTensors
import EspalierTraining
import Foundation
import Testing

@Suite struct RunReportTests {
  /// The stages of an experiment on 60 samples of three features, whose largest is the class.
  private func stages(sensitivity: Double = 0.5) -> [PruneAndRetrain.Event] {
    var generator = Xoshiro256(seed: 3)
    let samples = (0..<180).map { _ in Float.random(in: 0..<1, using: &generator) }
    let classes = stride(from: 0, to: 180, by: 3).map { first -> Int32 in
      let row = samples[first..<first + 3]
      return Int32(row.firstIndex(of: row.max()!)! - first)
    }
    let data = Dataset(
      samples: .floats(samples), sampleShape: [3], answers: .classes(classes, count: 3))
    let experiment = PruneAndRetrain(
      settings: TrainingSettings(batchSize: 8, seed: 3), epochs: 2, retrainEpochs: 2, sensitivity: sensitivity
    )
    var events: [PruneAndRetrain.Event] = []
    let end = experiment.run(
      .perceptron(sizes: [3, 5, 3], using: &generator), training: data, test: data
    ) { event in
      if case .training = event {} else { events.append(event) }
      return .proceed
    }
    #expect(end == .finished)
    return events
  }

  private func report(sensitivity: Double = 0.5) throws -> (RunReport, PruneAndRetrain.Stage) {
    let events = stages(sensitivity: sensitivity)
    guard events.count == 3, case .trained(let dense) = events[0],
      case .pruned(let pruned, let thresholds) = events[1],
      case .retrained(let retrained) = events[2]
    else { throw CancellationError() }
    return (
      RunReport(
        model: "3-5-3", dataset: "made", seed: .max, dense: dense, pruned: pruned, retrained: retrained,
        thresholds: thresholds,
        cost: CostComparison(
          before: CostReport(of: dense.network),
          after: CostReport(measuring: retrained.network, fileBytes: 99))
      ), retrained
    )
  }

  @Test func everyKeyIsThereAndComesBack() throws {
    let (report, retrained) = try report()
    let data = try JSONEncoder().encode(report)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      object.keys.sorted() == [
        "alive", "backend", "compression", "core", "cost", "dataset", "dense", "layers", "model", "pruned",
        "retrained",
        "seed", "threads", "total",
      ])
    let layers = try #require(object["layers"] as? [[String: Any]])
    #expect(layers.count == 4)
    for layer in layers {
      #expect(layer.keys.sorted() == ["name", "nonzero", "shape", "threshold", "total"])
      #expect((layer["threshold"] is NSNull) == (layer["name"] as! String).hasSuffix("bias"))
    }
    let decoded = try JSONDecoder().decode(RunReport.self, from: data)
    #expect(decoded.seed == .max && decoded.layers.map(\.name) == report.layers.map(\.name))
    #expect(decoded.retrained.accuracy == retrained.evaluation.accuracy)
    #expect(decoded.layers.map(\.threshold) == report.layers.map(\.threshold))
  }

  @Test func numbersBelongToTheRetrainedNetwork() throws {
    let (report, retrained) = try report()
    let survivors = retrained.network.parameters.map { parameter in
      parameter.parameter.values.values.count { $0 != 0 }
    }
    #expect(report.layers.map(\.nonzero) == survivors)
    #expect(report.alive == survivors.reduce(0, +) && report.total == 38)
    #expect(report.compression == 38 / Double(report.alive))
    #expect(report.threads == Compute.current.threads && report.backend == Backend.current.rawValue)
  }

  @Test func hugeSensitivityStillMakesJSON() throws {
    let (report, _) = try report(sensitivity: 1e300)
    _ = try JSONEncoder().encode(report)
    #expect(report.alive == 8 && report.layers[0].threshold == .greatestFiniteMagnitude)
  }
}
