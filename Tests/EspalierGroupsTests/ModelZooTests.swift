import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// The groups of the model zoo, and of concatenations, against ones derived by hand.
@Suite struct ModelZooTests {
  @Test func leNet5() {
    var generator = Xoshiro256(seed: 1)
    let network = Network.leNet5(using: &generator)
    let graph = network.dependencyGraph
    #expect(
      graph.description == """
        conv1: 20 units; conv1.weight[0], conv1.bias[0] | conv2.weight[1]
        conv2: 50 units; conv2.weight[0], conv2.bias[0] | fc1.weight[1] × 16
        fc1: 500 units; fc1.weight[0], fc1.bias[0] | fc2.weight[1]
        """)
    #expect(graph.groups[1].members.map(\.node) == ["conv2", "pool2", "flatten"])
    // 24² and 8² output pixels, 5 × 5 kernels.
    #expect(
      graph.groups.map { $0.multiplyAccumulatesPerUnit(in: network) } == [
        25 * 576 + 50 * 25 * 64, 20 * 25 * 64 + 16 * 500, 800 + 10,
      ])
  }

  /// Each convolution's channels go through its normalisation and pooling to the next.
  @Test func smallVGGIsAChain() {
    var generator = Xoshiro256(seed: 1)
    let network = Network.smallVGG(width: 4, using: &generator)
    let names = ["conv1.1", "conv2.1", "conv3.1", "conv3.2", "conv4.1", "conv4.2"]
    let counts = [4, 8, 16, 16, 32, 32]
    let lines = zip(names, zip(counts, names.dropFirst() + ["fc"])).map { name, rest in
      "\(name): \(rest.0) units; \(name).weight[0], \(name).norm.scale[0], \(name).norm.shift[0] | \(rest.1).weight[1]"
    }
    #expect(network.dependencyGraph.description == lines.joined(separator: "\n"))
  }

  /// A depthwise convolution's channels are those of the pointwise one before it.
  @Test func mobileNetTiesDepthwiseToPointwise() {
    var generator = Xoshiro256(seed: 1)
    let network = Network.mobileNet(width: 0.25, input: [3, 32, 32], classes: 10, using: &generator)
    let graph = network.dependencyGraph
    let makers = ["conv1"] + (1...13).map { "block\($0).pointwise" }
    #expect(graph.groups.map(\.name) == makers)
    for (index, group) in graph.groups.enumerated() {
      let isLast = index == 13
      #expect(group.producers == [makers[index]])
      #expect(group.consumers == [isLast ? "fc" : makers[index + 1]])
      #expect(
        group.slices.contains { $0.node == "block\(index + 1).depthwise" && $0.side == .makes } == !isLast)
    }
    #expect(graph.groups.map(\.unitCount) == [8, 16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256])
  }

  /// Each stage is one path that its blocks add to; the second and third begin with their first block's projection.
  @Test(arguments: [8, 20])
  func residualNetworksHaveAPathAStage(depth: Int) throws {
    var generator = Xoshiro256(seed: 1)
    let network = Network.resNet(depth: depth, input: [3, 16, 16], using: &generator)
    let graph = network.dependencyGraph
    let blocks = (depth - 2) / 6
    var paths: [[String]] = [["conv1"], ["stage2.1.shortcut"], ["stage3.1.shortcut"]]
    for stage in 0..<3 { paths[stage] += (1...blocks).map { "stage\(stage + 1).\($0).conv2" } }
    var inner: [String] = []
    for stage in 1...3 { inner += (1...blocks).map { "stage\(stage).\($0).conv1" } }
    #expect(Set(graph.groups.map { Set($0.producers) }) == Set(paths.map(Set.init) + inner.map { [$0] }))
    for (stage, path) in paths.enumerated() {
      let group = try #require(graph.groups.first { Set($0.producers) == Set(path) })
      #expect(group.unitCount == 16 << stage)
      var readers = (1...blocks).map { "stage\(stage + 1).\($0).conv1" }
      // The first block of a later stage reads the path before it.
      if stage > 0 { readers.removeFirst() }
      readers += stage < 2 ? ["stage\(stage + 2).1.conv1", "stage\(stage + 2).1.shortcut"] : ["fc"]
      #expect(Set(group.consumers) == Set(readers))
    }
  }

  @Test func removalKeepsTheZooWorking() throws {
    var generator = Xoshiro256(seed: 2)
    let networks = [
      Network.resNet8(input: [3, 16, 16], using: &generator), .leNet5(using: &generator),
      .mobileNet(width: 0.25, input: [3, 16, 16], classes: 10, using: &generator),
      .smallVGG(width: 4, using: &generator),
    ]
    for var network in networks {
      // After some training no two channels have the same statistics.
      network.visitStatistics { _, values in
        let noise = Tensor(uniform: 0.5..<1.5, shape: values.shape, using: &generator)
        for index in 0..<values.count { values[flat: index] += noise[index] }
      }
      let graph = network.dependencyGraph
      let removals = graph.groups.map { UnitRemoval(stride(from: 0, to: $0.unitCount, by: 3), of: $0) }
      let smaller = try network.removing(removals)
      let expected = removals.reduce(network) { $0.deaf(to: $1.units.sorted(), of: $1.group) }.outputs(
        seed: 3)
      let scale = expected.map(abs).max()!
      #expect(largestDifference(smaller.outputs(seed: 3).map(Float.init), expected) < 1e-5 * max(1, scale))
      #expect(smaller.parameterCount < network.parameterCount * 6 / 10)
    }
  }

  /// [a | b], and then [[a | b] | c | a]: offsets add up, and a channel that comes twice is read twice.
  @Test func concatenationsOfConcatenations() throws {
    var graph = Graph([3], Tanh().named("start"))
    graph.linear("a", 3, 2, "start")
    graph.linear("b", 3, 4, "start")
    graph.add("ab", Concat(), "a", "b")
    graph.linear("c", 6, 3, "ab")
    graph.add("all", Concat(), "ab", "c", "a")
    graph.linear("last", 11, 2, "all")
    let found = graph.network.dependencyGraph
    #expect(
      found.description == """
        a: 2 units; a.weight[0], a.bias[0] | c.weight[1], last.weight[1] × 2
        b: 4 units; b.weight[0], b.bias[0] | c.weight[1], last.weight[1]
        c: 3 units; c.weight[0], c.bias[0] | last.weight[1]
        """)
    #expect(Array(try #require(found["a"]).slices[3].indices[1]) == [1, 10])
    #expect(Array(try #require(found["b"]).slices[2].indices[0]) == [2])
    #expect(Array(try #require(found["c"]).slices[2].indices[2]) == [8])
    for group in found.groups {
      let smaller = try graph.network.removing([1], of: group)
      let expected = graph.network.deaf(to: [1], of: group).outputs(seed: 6)
      #expect(largestDifference(smaller.outputs(seed: 6).map(Float.init), expected) < 1e-5)
    }
  }

  /// A sum with a concatenation ties a layer's first channels to one layer and its last to another.
  @Test func aLayerWhoseChannelsFallIntoTwoGroups() {
    var graph = Graph([3], Tanh().named("start"))
    graph.linear("a", 3, 2, "start")
    graph.linear("b", 3, 4, "start")
    graph.linear("whole", 3, 6, "start")
    graph.add("ab", Concat(), "a", "b")
    graph.add("sum", Add(), "ab", "whole")
    graph.linear("last", 6, 2, "sum")
    let found = graph.network.dependencyGraph
    #expect(found.groups.map(\.name) == ["a", "b"])
    #expect(found.groups.map(\.unitCount) == [2, 4])
    #expect(found.groups.map(\.producers) == [["a", "whole"], ["b", "whole"]])
    #expect(Array(found.groups[1].members[1].channels[0]) == [2])
  }
}
