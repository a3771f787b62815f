import EspalierNetworks
import EspalierTensors
import Foundation
import Testing

/// Counts against figures worked out by hand.
@Suite struct NetworkCostTests {
  private func convolutional(groups: Int = 1) -> Network {
    var generator = Xoshiro256(seed: 5)
    return Network(input: [2, 9, 8]) {
      Conv2d(
        inputs: 2, outputs: 4, kernel: Extent(height: 3, width: 2), stride: 2, padding: 1, groups: groups,
        using: &generator
      ).named("conv")
      ReLU().named("relu")
      Flatten().named("flatten")
      Linear(inputs: 4 * 5 * 5, outputs: 3, bias: false, using: &generator).named("fc")
      Softmax().named("softmax")
    }
  }

  @Test func aConvolutionCountsEveryOutputPixel() {
    let cost = NetworkCost(of: convolutional(), batchSize: 2)
    let conv = cost.layers[0]
    #expect(conv.name == "conv" && conv.kind == "conv2d" && conv.outputShape == [4, 5, 5])
    #expect(conv.parameters == 4 * 2 * 3 * 2 + 4 && conv.survivors == conv.parameters)
    #expect(conv.multiplyAccumulates == 4 * 2 * 3 * 2 * 25)
    #expect(cost.layers.map(\.multiplyAccumulates) == [1200, 0, 0, 300, 0])
    #expect(cost.layers.map(\.activationBytes)[2...] == [0, 12, 12], "flattening takes no memory")
    #expect(cost.multiplyAccumulates == 1500 && cost.parameters == 52 + 300)
    #expect(cost.batchSize == 2 && cost.workspaceBytes >= 2 * 4 * (2 * 9 * 8 + 100))
  }

  @Test func groupsDivideTheMultiplications() {
    #expect(convolutional(groups: 2).multiplyAccumulates.dense == 600 + 300)
  }

  @Test func leNet300100IsAsPublished() {
    var generator = Xoshiro256(seed: 1)
    let cost = NetworkCost(of: .leNet300100(using: &generator))
    #expect(cost.parameters == 266_610 && cost.multiplyAccumulates == 266_200)
    #expect(cost.activationBytes == 4 * (300 + 100 + 10), "the rectifiers work in place")
  }

  @Test func survivorsAreCountedUnderMasksAndPacked() throws {
    var network = convolutional()
    network.visitParameters { path, parameter in
      if path.name == "weight" {
        parameter.prune(keeping: Mask((0..<parameter.count).map { $0 % 3 == 0 }, shape: parameter.shape))
      }
    }
    let masked = NetworkCost(of: network)
    #expect(masked.layers[0].survivors == 16 + 4 && masked.layers[0].survivingMultiplyAccumulates == 16 * 25)
    #expect(masked.layers[3].survivors == 100 && masked.layers[3].survivingMultiplyAccumulates == 100)
    #expect(masked.multiplyAccumulates == 1500 && masked.survivingMultiplyAccumulates == 500)
    network.visitParameters { _, parameter in if parameter.shape.count == 2 { parameter.pack() } }
    let packed = NetworkCost(of: network)
    #expect(packed.layers == masked.layers)
    let decoded = try JSONDecoder().decode(NetworkCost.self, from: JSONEncoder().encode(packed))
    #expect(decoded == packed)
  }

  /// Dense, its weights would take 1.4 TB.
  @Test func hugeLayersAreCountedFromTheirSurvivors() {
    let side = 600_000
    var layer = Linear(weight: Tensor(zeros: [0, 0]))
    layer.weight = Parameter(
      SparseMatrix(
        rows: side, columns: side, rowStarts: (0...side).map { min($0, 1000) },
        columnIndices: (0..<1000).map { Int32(599 * $0) },
        rowMajorValues: [Float](repeating: 0.5, count: 1000)), role: .weight)
    let cost = NetworkCost(of: Network(input: [side]) { layer })
    #expect(cost.multiplyAccumulates == side * side && cost.survivingMultiplyAccumulates == 1000)
  }
}
