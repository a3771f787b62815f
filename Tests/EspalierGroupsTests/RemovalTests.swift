import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// A network without units computes what the whole one does when nothing reads them.
@Suite struct RemovalTests {
  private func mixedGraph() -> Network {
    var graph = Graph([2, 6, 6], LeakyReLU(slope: 0.2).named("start"))
    graph.conv("conv1", 2, 8, "start")
    graph.add("relu1", ReLU(), "conv1")
    graph.conv("depthwise", 8, 16, groups: 8, "relu1")
    graph.conv("grouped", 16, 12, groups: 2, "depthwise")
    graph.add("tanh", Tanh(), "grouped")
    graph.conv("a", 12, 5, "tanh")
    graph.conv("b", 5, 12, kernel: 1, padding: 0, "a")
    graph.add("sum", Add(), "tanh", "b")
    graph.add("flatten", Flatten(), "sum")
    graph.linear("fc1", 12 * 36, 9, "flatten")
    graph.add("sigmoid", Sigmoid(), "fc1")
    graph.linear("fc2", 9, 3, "sigmoid")
    return graph.network
  }

  @Test(arguments: ["conv1", "grouped", "a", "fc1"])
  func outputsAreThoseWithTheUnitsUnread(_ name: String) throws {
    let network = mixedGraph()
    let group = try #require(network.dependencyGraph[name])
    let gone = [1, group.unitCount - 1]
    let smaller = try network.removing(gone, of: group)
    // Random weights of one layer up to the next of about unit scale: sums of at most 432 terms.
    let difference = largestDifference(
      smaller.outputs(seed: 3).map(Float.init), network.deaf(to: gone, of: group).outputs(seed: 3))
    #expect(difference < 1e-5)
    #expect(smaller.nodes.map(\.name) == network.nodes.map(\.name))
    #expect(smaller.outputShape == network.outputShape)
    #expect(smaller.dependencyGraph[name]?.unitCount == group.unitCount - 2)
    if group.parametersPerUnit(in: network) * 2 == network.parameterCount - smaller.parameterCount { return }
    // Slices that cross in one parameter: two units together save less than twice what one does.
    #expect(name == "grouped")
  }

  @Test func severalGroupsAtOnceAreTheSameAsOneAfterAnother() throws {
    let network = mixedGraph()
    let graph = network.dependencyGraph
    let both = try network.removing(
      ["conv1", "fc1"].map { UnitRemoval([0, 2], of: try #require(graph[$0])) })
    let first = try network.removing([0, 2], of: try #require(graph["conv1"]))
    let second = try first.keeping([1, 3, 4, 5, 6, 7, 8], of: try #require(first.dependencyGraph["fc1"]))
    #expect(both.bits == second.bits)
    #expect(both.nodes.map(\.outputShape) == second.nodes.map(\.outputShape))
  }

  @Test func masksAndPackedParametersAreSlicedInTheirForm() throws {
    var generator = Xoshiro256(seed: 8)
    var network = Network.perceptron(sizes: [30, 40, 20, 5], using: &generator)
    network.pruneHalf(using: &generator)
    var packed = network
    packed.pack(upTo: 1)
    let removals = network.dependencyGraph.groups.map { UnitRemoval([0, 7, 19], of: $0) }
    let (dense, sparse) = (try network.removing(removals), try packed.removing(removals))
    #expect(sparse.parameters.filter { $0.parameter.shape.count == 2 }.allSatisfy { $0.parameter.isPacked })
    #expect(dense.bits == sparse.bits)
    for ((path, parameter), other) in zip(dense.parameters, sparse.parameters) {
      #expect(parameter.mask == other.parameter.mask, "\(path)")
      #expect((parameter.mask != nil) == (parameter.role == .weight))
    }
    let (old, new) = (network.parameters[2].parameter, dense.parameters[2].parameter)
    let rows = (0..<20).filter { ![0, 7, 19].contains($0) }
    let columns = (0..<40).filter { ![0, 7, 19].contains($0) }
    #expect(new.shape == [17, 37])
    for (i, row) in rows.enumerated() {
      for (j, column) in columns.enumerated() {
        #expect(new.values[i, j] == old.values[row, column])
        #expect(new.mask![i * 37 + j] == old.mask![row * 40 + column])
      }
    }
  }

  @Test func aDepthwiseLayerLosesGroupsDownToOneChannel() throws {
    var graph = Graph([3, 4, 4], ReLU().named("start"))
    graph.conv("expand", 3, 4, kernel: 1, padding: 0, "start")
    graph.conv("depthwise", 4, 8, groups: 4, "expand")
    graph.conv("project", 8, 2, kernel: 1, padding: 0, "depthwise")
    let group = graph.network.dependencyGraph.groups[0]
    let one = try graph.network.keeping([2], of: group)
    #expect(one.nodes.map(\.outputShape) == [[3, 4, 4], [1, 4, 4], [2, 4, 4], [2, 4, 4]])
    let expected = graph.network.deaf(to: [0, 1, 3], of: group).outputs(seed: 4)
    #expect(largestDifference(one.outputs(seed: 4).map(Float.init), expected) < 1e-5)
  }

  @Test func removingAllOfALayerIsRefusedWithTheReason() throws {
    let network = mixedGraph()
    let group = try #require(network.dependencyGraph["a"])
    let error = #expect(throws: EmptyLayerError.self) { try network.removing(0..<5, of: group) }
    #expect(
      error?.description
        == "layer a: expected at least one channel to stay, found all 5 to be removed: the network would be cut"
    )
    #expect(throws: EmptyLayerError.self) { try network.keeping([], of: group) }
    #expect(try network.removing([], of: group).bits == network.bits)
  }

  @Test func unitsAndGroupsMustBeTheNetworks() async {
    await #expect(processExitsWith: .failure) {
      var generator = Xoshiro256(seed: 1)
      let network = Network.perceptron(sizes: [3, 4, 2], using: &generator)
      _ = UnitRemoval([4], of: network.dependencyGraph.groups[0])
    }
    await #expect(processExitsWith: .failure) {
      var generator = Xoshiro256(seed: 1)
      let network = Network.perceptron(sizes: [3, 4, 2], using: &generator)
      let other = Network.perceptron(sizes: [3, 5, 2], using: &generator)
      _ = try network.removing([0], of: other.dependencyGraph.groups[0])
    }
  }
}
