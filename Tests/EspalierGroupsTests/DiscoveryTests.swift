import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Foundation
import Testing

/// Groups against ones derived by hand.
@Suite struct DiscoveryTests {
  @Test func aPerceptronHasAGroupForEveryHiddenLayer() {
    var generator = Xoshiro256(seed: 1)
    let network = Network.leNet300100(using: &generator)
    let graph = network.dependencyGraph
    #expect(
      graph.description == """
        fc1: 300 units; fc1.weight[0], fc1.bias[0] | fc2.weight[1]
        fc2: 100 units; fc2.weight[0], fc2.bias[0] | fc3.weight[1]
        """)
    #expect(graph.groups[0].members.map(\.node) == ["fc1", "relu1"])
    #expect(graph.groups[0].members[1].channels.all == Array(0..<300))
    #expect(graph.groups.map { $0.parametersPerUnit(in: network) } == [784 + 1 + 100, 300 + 1 + 10])
    #expect(graph.pinned.map(\.node) == ["input", "flatten", "fc3"])
    #expect(graph.pinned.map(\.channelCount) == [28, 784, 10])
    #expect(graph.pinned.map(\.reason) == [.networkInput, .networkInput, .networkOutput])
  }

  @Test func flatteningExpandsAChannelToItsPixels() {
    var graph = Graph([1, 6, 6], Flatten().named("unused"))
    graph.conv("conv1", 1, 3, padding: 0, "input")
    graph.add("relu1", ReLU(), "conv1")
    graph.conv("conv2", 3, 5, padding: 0, "relu1")
    graph.add("flatten", Flatten(), "conv2")
    graph.linear("fc1", 20, 7, "flatten")
    graph.linear("fc2", 7, 2, "fc1")
    let found = graph.network.dependencyGraph
    #expect(
      found.description == """
        conv1: 3 units; conv1.weight[0], conv1.bias[0] | conv2.weight[1]
        conv2: 5 units; conv2.weight[0], conv2.bias[0] | fc1.weight[1] × 4
        fc1: 7 units; fc1.weight[0], fc1.bias[0] | fc2.weight[1]
        """)
    #expect(found.groups[1].members.map(\.node) == ["conv2", "flatten"])
    #expect(Array(found.groups[1].slices[2].indices[3]) == [12, 13, 14, 15])
    #expect(found.groups[1].parametersPerUnit(in: graph.network) == 27 + 1 + 4 * 7)
    #expect(found["fc1"]?.unitCount == 7 && found["fc3"] == nil)
  }

  /// Two blocks on one path of channels: everything that is added to it goes together, and nothing of what is inside.
  @Test func aResidualPathIsOneGroup() {
    var graph = residualGraph()
    graph.linear("last", 6, 2, "sum2")
    let found = graph.network.dependencyGraph
    #expect(
      found.description == """
        first: 6 units; first.weight[0], first.bias[0], b1.weight[0], b1.bias[0], b2.weight[0], b2.bias[0] \
        | a1.weight[1], a2.weight[1], last.weight[1]
        a1: 4 units; a1.weight[0], a1.bias[0] | b1.weight[1]
        a2: 3 units; a2.weight[0], a2.bias[0] | b2.weight[1]
        """)
    #expect(found.groups[0].producers == ["first", "b1", "b2"])
    #expect(found.groups[0].consumers == ["a1", "a2", "last"])
    #expect(found.groups[0].members.map(\.node) == ["first", "b1", "sum1", "b2", "sum2"])
  }

  /// Where the sum is the network's output, the whole path stays.
  @Test func aResidualSumAsOutputPinsItsPath() {
    let found = residualGraph().network.dependencyGraph
    #expect(found.groups.map(\.name) == ["a1", "a2"])
    #expect(
      found.pinned.filter { $0.reason == .networkOutput }.map(\.node) == [
        "first", "b1", "sum1", "b2", "sum2",
      ])
  }

  private func residualGraph() -> Graph {
    var graph = Graph([5], Tanh().named("start"))
    graph.linear("first", 5, 6, "start")
    graph.linear("a1", 6, 4, "first")
    graph.linear("b1", 4, 6, "a1")
    graph.add("sum1", Add(), "first", "b1")
    graph.linear("a2", 6, 3, "sum1")
    graph.linear("b2", 3, 6, "a2")
    graph.add("sum2", Add(), "sum1", "b2")
    return graph
  }

  @Test func aLayerWhoseInputAndOutputAreTiedCountsCrossingSlicesOnce() {
    var graph = Graph([5], Tanh().named("start"))
    graph.linear("first", 5, 6, "start")
    graph.linear("square", 6, 6, "first")
    graph.add("sum", Add(), "first", "square")
    graph.linear("last", 6, 2, "sum")
    let found = graph.network.dependencyGraph
    #expect(found.groups.map(\.name) == ["first"])
    #expect(found.groups[0].parametersPerUnit(in: graph.network) == 6 + (6 + 6 - 1 + 1) + 2)
  }

  /// The output of `shared` goes to two layers, and one layer value stands at two nodes: those are two layers.
  @Test func anOutputReadTwiceAndALayerUsedTwice() {
    var graph = Graph([4], Tanh().named("start"))
    graph.linear("shared", 4, 3, "start")
    let twice = Linear(inputs: 3, outputs: 5, using: &graph.generator)
    graph.add("left", twice, "shared")
    graph.add("right", twice, "shared")
    graph.linear("a", 5, 2, "left")
    graph.linear("b", 5, 2, "right")
    graph.add("sum", Add(), "a", "b")
    #expect(
      graph.network.dependencyGraph.description == """
        shared: 3 units; shared.weight[0], shared.bias[0] | left.weight[1], right.weight[1]
        left: 5 units; left.weight[0], left.bias[0] | a.weight[1]
        right: 5 units; right.weight[0], right.bias[0] | b.weight[1]
        """)
  }

  @Test func depthwiseChannelsGoWithTheirInputs() {
    var graph = Graph([3, 4, 4], ReLU().named("start"))
    graph.conv("expand", 3, 6, kernel: 1, padding: 0, "start")
    graph.conv("depthwise", 6, 12, groups: 6, "expand")
    graph.conv("project", 12, 2, kernel: 1, padding: 0, "depthwise")
    let found = graph.network.dependencyGraph
    #expect(
      found.description == """
        expand: 6 units; expand.weight[0], expand.bias[0], depthwise.weight[0] × 2, depthwise.bias[0] × 2 \
        | project.weight[1] × 2
        """)
    #expect(Array(found.groups[0].members[1].channels[4]) == [8, 9])
  }

  /// Channel j of every part goes, or none: parts of 4 inputs and of 2 outputs.
  @Test func groupedChannelsGoInEveryPart() {
    var graph = Graph([3, 4, 4], ReLU().named("start"))
    graph.conv("first", 3, 12, "start")
    graph.conv("grouped", 12, 6, groups: 3, "first")
    graph.conv("last", 6, 2, "grouped")
    let found = graph.network.dependencyGraph
    #expect(
      found.description == """
        first: 4 units; first.weight[0] × 3, first.bias[0] × 3 | grouped.weight[1]
        grouped: 2 units; grouped.weight[0] × 3, grouped.bias[0] × 3 | last.weight[1] × 3
        """)
    #expect(Array(found.groups[0].members[0].channels[1]) == [1, 5, 9])
    #expect(Array(found.groups[0].slices[2].indices[1]) == [1])
    #expect(Array(found.groups[1].slices[2].indices[1]) == [1, 3, 5])
  }

  @Test func softmaxAndLayersThatSayNothingPinTheirChannels() {
    var graph = Graph([4], Tanh().named("start"))
    graph.linear("a", 4, 5, "start")
    graph.add("softmax", Softmax(), "a")
    graph.linear("b", 5, 3, "softmax")
    graph.add("own", Reversed(), "b")
    graph.linear("c", 3, 6, "own")
    graph.linear("d", 6, 2, "c")
    let found = graph.network.dependencyGraph
    #expect(found.groups.map(\.name) == ["c"])
    #expect(found.pinned.filter { $0.reason == .layer }.map(\.node) == ["a", "softmax", "b", "own"])
  }

  @Test func theGraphIsDataThatComesBack() throws {
    var graph = residualGraph()
    graph.linear("last", 6, 2, "sum2")
    let found = graph.network.dependencyGraph
    let text = try JSONEncoder().encode(found)
    #expect(try JSONDecoder().decode(DependencyGraph.self, from: text) == found)
    let uneven = Data("[[1, 2], [3]]".utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(UnitIndices.self, from: uneven) }
  }
}
