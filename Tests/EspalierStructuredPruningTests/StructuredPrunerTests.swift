import EspalierNetworks
import EspalierPruning
import EspalierTensors
import Testing

@Suite struct StructuredPrunerTests {
  private func prune(
    _ network: Network, _ target: StructuredTarget, _ pruner: StructuredPruner = StructuredPruner()
  ) throws -> StructuredPruning {
    try pruner.prune(network, to: target)
  }

  private func prune(
    _ target: StructuredTarget, _ pruner: StructuredPruner = StructuredPruner()
  ) throws -> StructuredPruning {
    try pruner.prune(convolutional(), to: target)
  }

  @Test(arguments: [
    (0.0, [6, 8, 12]), (0.5, [3, 4, 6]), (0.25, [5, 6, 9]), (0.3, [4, 6, 8]), (0.99, [1, 1, 1]),
  ])
  func everyGroupLosesTheSameShare(_ share: Double, _ widths: [Int]) throws {
    #expect(try prune(.channels(share)).network.widths == widths)
  }

  @Test func theLeastImportantUnitsGo() throws {
    let pruned = try prune(handmade(), .channels(0.5)).network
    // The sums of norms are 8, 6, 11, 2.
    let weights = pruned[ParameterPath(node: "fc1", name: "weight")]!.values
    #expect(weights.values == [1, 2, 2, 0, 0, 1] && weights.shape == [2, 3])
    #expect(pruned[ParameterPath(node: "fc2", name: "weight")]!.values.values == [3, 6, 4, 8])
    #expect(pruned[ParameterPath(node: "fc1", name: "bias")]!.values.values == [9, 9])
  }

  @Test func aGlobalRankingTakesWhereverLittleIsLost() throws {
    var network = convolutional()
    network.visitParameters { path, parameter in
      guard path.node == "conv2", path.name == "weight" else { return }
      // Five filters that stand out make the other three count for little.
      parameter.values = Tensor(
        parameter.values.values.enumerated().map { $0 / 54 < 5 ? $1 * 100 : $1 }, shape: parameter.shape)
    }
    let pruner = StructuredPruner(importance: GroupImportance(reduction: .first), ranking: .global)
    let pruned = try prune(network, .channels(3.0 / 26), pruner)
    #expect(pruned.network.widths == [6, 5, 12])
  }

  @Test func countsAreRoundedUpToMultiples() throws {
    let network = convolutional(20, 50, 500)
    let pruned = try prune(network, .channels(0.5), StructuredPruner(multiple: 8))
    #expect(pruned.network.widths == [16, 32, 256])
    let few = try prune(network, .channels(0.99), StructuredPruner(multiple: 8))
    #expect(few.network.widths == [8, 8, 8], "as few as one multiple")
    #expect(
      try prune(.channels(0.9), StructuredPruner(multiple: 8)).network.widths == [6, 8, 8], "six stay six")
  }

  @Test(arguments: [0.7, 0.5, 0.25, 0.1], [StructuredPruner.Ranking.local, .global])
  func multiplicationsAreMetAndNoUnitWasSpent(_ share: Double, _ ranking: StructuredPruner.Ranking) throws {
    let network = convolutional()
    let pruner = StructuredPruner(ranking: ranking)
    let most = Int(share * Double(network.multiplyAccumulates.dense))
    let found = try prune(network, .atMost(.share(share), .multiplyAccumulates), pruner)
    #expect(found.network.multiplyAccumulates.dense <= most)
    #expect(found.report.multiplyAccumulates.after == found.network.multiplyAccumulates.surviving)
    #expect(
      try prune(network, .atMost(.amount(Double(most)), .multiplyAccumulates), pruner).network.widths
        == found.network.widths)
    // Whatever removes one unit less, under a global ranking by share, costs more.
    guard ranking == .global else { return }
    let units = 26.0
    let gone = units - Double(found.network.widths.reduce(0, +))
    let less = try prune(network, .channels((gone - 1) / units), pruner)
    #expect(less.network.widths.reduce(0, +) == found.network.widths.reduce(0, +) + 1)
    #expect(less.network.multiplyAccumulates.dense > most)
  }

  @Test func parametersAreMet() throws {
    let network = convolutional()
    for share in [0.8, 0.4, 0.15] {
      let found = try prune(network, .atMost(.share(share), .parameters))
      #expect(Double(found.network.parameterCount) <= share * Double(network.parameterCount))
      #expect(found.report.parameters.before == network.parameterCount)
      #expect(found.report.parameters.after == found.network.parameterCount)
    }
    #expect(try prune(network, .atMost(.share(1), .parameters)).network.widths == network.widths)
  }

  /// The clock is a function of the network here.
  @Test func latencyIsMetByWhatIsMeasured() throws {
    let network = convolutional()
    func seconds(_ network: Network) -> Double { 1e-6 + 1e-9 * Double(network.multiplyAccumulates.dense) }
    var asked = 0
    let whole = seconds(network)
    let found = try StructuredPruner(ranking: .global).prune(
      network, to: .atMost(.share(0.4), .latency),
      measure: {
        asked += 1
        return seconds($0)
      })
    let latency = try #require(found.report.latency)
    #expect(latency.before == whole && latency.after == seconds(found.network))
    #expect(latency.after <= 0.4 * whole && asked <= 8)
    let units = Double(found.network.widths.reduce(0, +))
    let less = try prune(network, .channels((25 - units) / 26), StructuredPruner(ranking: .global))
    #expect(seconds(less.network) > 0.4 * whole)
    let absolute = try StructuredPruner(ranking: .global)
      .prune(network, to: .atMost(.amount(0.4 * whole), .latency), measure: seconds)
    #expect(absolute.network.widths == found.network.widths)
  }

  @Test func whatCannotBeReachedIsRefusedWithTheReason() throws {
    let error = #expect(throws: UnreachableTarget.self) {
      try prune(.atMost(.share(0.001), .multiplyAccumulates))
    }
    #expect(
      "\(error!)".hasPrefix("expected at most ") && "\(error!)".hasSuffix("with as few channels as may stay"))
    let all = #expect(throws: UnreachableTarget.self) {
      try prune(.channels(1), StructuredPruner(ranking: .global))
    }
    #expect(
      "\(all!)" == "expected 26 of 26 channels to go, found 23 that may, for each layer keeps at least 1")
    let each = #expect(throws: UnreachableTarget.self) { try prune(.channels(1)) }
    #expect("\(each!)" == "expected all channels to go, found a floor: each layer keeps at least 1")
    let cut = #expect(throws: EmptyLayerError.self) {
      try prune(.channels(1), StructuredPruner(minimumKept: 0))
    }
    #expect("\(cut!)".contains("conv1") && "\(cut!)".contains("all 6"))
    let none = #expect(throws: UnreachableTarget.self) {
      try prune(.channels(0.5), StructuredPruner(excluding: ["conv1", "conv2", "fc1"]))
    }
    #expect("\(none!)".contains("a layer whose channels may go"))
  }

  @Test func floorsAndExclusionsHold() throws {
    let pruner = StructuredPruner(minimumKept: 5, excluding: ["fc1"])
    #expect(try prune(.channels(0.9), pruner).network.widths == [5, 5, 12])
  }

  /// In three rounds every group ends where one round would have brought it.
  @Test(arguments: [StructuredPruner.Ranking.local, .global])
  func roundsEndWithExactCounts(_ ranking: StructuredPruner.Ranking) throws {
    let whole = convolutional(7, 11, 13)
    let pruner = StructuredPruner(ranking: ranking)
    var network = whole
    for share in [0.25, 0.4, 0.6] {
      network = try pruner.prune(network, to: .channels(share), of: whole).network
    }
    let once = try pruner.prune(whole, to: .channels(0.6)).network
    #expect(network.widths.reduce(0, +) == once.widths.reduce(0, +))
    if ranking == .local { #expect(network.widths == once.widths) }
    let limited = try pruner.prune(network, to: .atMost(.share(0.1), .parameters), of: whole)
    #expect(Double(limited.network.parameterCount) <= 0.1 * Double(whole.parameterCount))
  }

  @Test func theReportNamesEveryLayer() throws {
    let report = try prune(.channels(0.5)).report
    #expect(report.layers.map(\.name) == ["conv1", "conv2", "fc1", "fc2"])
    #expect(report.layers.map(\.channels.before) == [6, 8, 12, 3])
    #expect(report.layers.map(\.channels.after) == [3, 4, 6, 3])
    let macs = [6 * 9 * 36, 8 * 6 * 9 * 4, 32 * 12, 36].reduce(0, +)
    let left = [3 * 9 * 36, 4 * 3 * 9 * 4, 16 * 6, 18].reduce(0, +)
    #expect(report.multiplyAccumulates.before == macs && report.multiplyAccumulates.after == left)
    #expect(report.description.contains("multiplications left: \(macs) -> \(left) ("))
  }
}
