import EspalierInference
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Foundation
import Testing

@Suite struct CalibrationCacheTests {
  private let folder = NSTemporaryDirectory() + "espalier-cache-\(UUID().uuidString)"

  @Test func whatWasMeasuredIsKept() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/espalier/calibration.json"
    let cache = CalibrationCache(path: path)
    let first = plan(cache)
    cache.save()
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("40x60") && text.contains("batch 16"))
    // A kind that measuring may not have chosen: the cache decides.
    let other = first.layers[0].kind == .dense ? OperatorKind.packed : .dense
    try text.replacingOccurrences(of: "\"\(first.layers[0].kind.rawValue)\"", with: "\"\(other.rawValue)\"")
      .write(toFile: path, atomically: true, encoding: .utf8)
    #expect(plan(CalibrationCache(path: path)).layers[0].kind == other)
  }

  /// Blocks of another size are another layer, though size and density are the same.
  @Test func theStructureIsPartOfTheKey() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/espalier/calibration.json"
    let cache = CalibrationCache(path: path)
    for (rows, columns) in [(16, 8), (8, 4), (4, 1)] {
      var generator = Xoshiro256(seed: 1)
      var network = Network.perceptron(sizes: [64, 48], using: &generator)
      network.visitParameters { _, parameter in
        guard parameter.role == .weight else { return }
        let kept = (0..<48 * 64).map { ($0 / 64 / rows + $0 % 64 / columns) % 4 == 0 }
        parameter.prune(keeping: Mask(kept, shape: parameter.shape))
      }
      _ = InferencePlan(network, batchSize: 19, selection: .calibrated(cache: cache))
    }
    cache.save()
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let keys = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String]
    ).keys
    for shape in ["16×8", "8×4", "4×1"] {
      #expect(keys.contains { $0.contains("blocks \(shape)") && $0.contains(" or blocks") }, "\(shape)")
      #expect(keys.contains { $0.contains("blocks \(shape)") && $0.contains(" by ") }, "\(shape)")
    }
  }

  @Test(arguments: ["", "{", "[]", "{\"a\": \"nonsense\"}", "{\"a\": 1}"])
  func aDamagedFileIsNoCache(text: String) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = "\(folder)/calibration.json"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let cache = CalibrationCache(path: path)
    _ = plan(cache)
    cache.save()
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("40x60"))
  }

  @Test func whatOthersMeasuredStays() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/a/b/c/calibration.json"
    // Both are opened before either has written.
    let caches = (CalibrationCache(path: path), CalibrationCache(path: path))
    _ = plan(caches.0)
    caches.0.save()
    _ = plan(caches.1, batchSize: 8)
    caches.1.save()
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("batch 16,") && text.contains("batch 8,"), "\(text)")
  }

  @Test func manyWritersLoseNothing() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/calibration.json"
    await withTaskGroup(of: Void.self) { group in
      for batchSize in 2...9 {
        group.addTask {
          let cache = CalibrationCache(path: path)
          _ = self.plan(cache, batchSize: batchSize)
          cache.save()
        }
      }
    }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for batchSize in 2...9 { #expect(text.contains("batch \(batchSize),")) }
  }

  @Test func nothingMeasuredIsNothingWritten() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/calibration.json"
    CalibrationCache(path: path).save()
    #expect(!FileManager.default.fileExists(atPath: folder))
    let cache = CalibrationCache(path: path)
    _ = plan(cache)
    cache.save()
    try FileManager.default.removeItem(atPath: path)
    // Neither again by the same, nor by one that found all it needed.
    cache.save()
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func anotherProcessorMeasuresAnew() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/calibration.json"
    let cache = CalibrationCache(path: path)
    _ = plan(cache)
    cache.save()
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
    let keys = try #require(object as? [String: String]).keys
    let processor = processorName ?? "unknown processor"
    #expect(!keys.isEmpty && keys.allSatisfy { $0.hasPrefix("\(processor), ") }, "\(keys)")
  }

  @Test func aPlaceThatCannotBeWrittenIsNoError() {
    let cache = CalibrationCache(path: "/dev/null/espalier/calibration.json")
    _ = plan(cache)
    cache.save()
  }

  private func plan(_ cache: CalibrationCache, batchSize: Int = 16) -> InferencePlan {
    var generator = Xoshiro256(seed: 1)
    var network = Network.perceptron(sizes: [60, 40], using: &generator)
    network.prune(sparsity: 0.8, within: .eachParameter)
    return InferencePlan(network, batchSize: batchSize, selection: .calibrated(cache: cache))
  }
}
