import EspalierFormats
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Foundation
import Testing

/// Removing blocks and channels of a residual network with batch normalisation as a process.
@Suite struct BlockTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier { Espalier(folder: folder) }

  /// Two residual blocks on the tiny data set.
  private func writeNetwork() throws {
    var generator = Xoshiro256(seed: 5)
    let blocks = (1...2).map { number in
      Residual {
        Linear(inputs: 8, outputs: 8, using: &generator).named("fc\(number)")
        BatchNorm(channels: 8).named("norm\(number)")
        ReLU().named("relu\(number)")
      }
    }
    let network = Network(input: [4, 4]) {
      Flatten().named("flatten")
      Linear(inputs: 16, outputs: 8, using: &generator).named("in")
      blocks[0]
      blocks[1]
      Linear(inputs: 8, outputs: 3, using: &generator).named("out")
    }
    try NetworkFile(network).write(to: folder.path("network.safetensors"))
  }

  private func read(_ name: String) throws -> Network {
    try NetworkFile(contentsOf: folder.path(name)).network
  }

  @Test func blocksGoOneAfterAnother() throws {
    try writeNetwork()
    let outcome = espalier("prune", "network.safetensors", "--blocks", "1", "--data", "data")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("removed fc"))
    #expect(outcome.output.contains("multiplications left: 280 -> 216"))
    #expect(try read("pruned.safetensors").residualBlocks.count == 1)
    let tooMany = espalier("prune", "network.safetensors", "--blocks", "3", "--data", "data")
    #expect(tooMany.status == 1)
    #expect(
      tooMany.errors.contains("expected 3 residual blocks with an identity shortcut to remove, found 2"))
    let both = espalier("prune", "network.safetensors", "--blocks", "1", "--channels", "0.5")
    #expect(both.status == 64)
  }

  @Test(arguments: ["--channels 0.5", "--sparsity 0.5"])
  func statisticsAreMeasuredAnewUnlessTheyAreToStay(_ amount: String) throws {
    try writeNetwork()
    func statistics(_ options: String) throws -> [[Float]] {
      let outcome = espalier.shell("$espalier prune network.safetensors \(amount) \(options) --data data")
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try read("pruned.safetensors").statistics.map(\.values.values)
    }
    let kept = try statistics("--keep-statistics")
    let fresh = try statistics("")
    // What a new network has: means of 0 and variances of 1.
    #expect(kept.joined().allSatisfy { $0 == 0 || $0 == 1 })
    #expect(fresh.joined().contains { $0 != 0 && $0 != 1 })
  }

  @Test func hugeMultiplesAndAllChannels() throws {
    try writeNetwork()
    let huge = espalier(
      "prune", "network.safetensors", "--channels", "0.5", "--round-to", "9223372036854775807", "--data",
      "data")
    #expect(huge.status == 0, "\(huge.errors)")
    #expect(try read("pruned.safetensors").parameterCount == read("network.safetensors").parameterCount)
    let all = espalier("prune", "network.safetensors", "--channels", "1", "--data", "data")
    #expect(all.status == 1)
    #expect(all.errors.contains("expected all channels to go"))
    let raw = espalier("prune", "network.safetensors", "--channels", "0.5", "--raw-importance")
    #expect(raw.status == 64)
  }
}
