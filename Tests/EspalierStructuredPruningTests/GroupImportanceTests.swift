import EspalierNetworks
import EspalierPruning
import EspalierTensors
import Testing

/// Importances worked out by hand.
@Suite struct GroupImportanceTests {
  private func scores(_ importance: GroupImportance, _ network: Network = handmade()) throws -> [Double] {
    try importance.scores(of: network.dependencyGraph["fc1"]!, from: PruningEvidence(of: network))
  }

  /// Rows have the norms 3, 5, 1, 2; columns 5, 1, 10, 0.
  @Test(arguments: [
    (GroupImportance.Reduction.sum, [8.0, 6, 11, 2]), (.mean, [4, 3, 5.5, 1]), (.maximum, [5, 5, 10, 2]),
    (.first, [3, 5, 1, 2]),
  ])
  func slicesAreReduced(_ reduction: GroupImportance.Reduction, _ expected: [Double]) throws {
    #expect(try scores(GroupImportance(reduction: reduction, isNormalized: false)) == expected)
  }

  @Test func poolingIsThatOfTheSlice() throws {
    #expect(
      try scores(GroupImportance(pooling: .norm(1), reduction: .first, isNormalized: false)) == [5, 7, 1, 2])
    #expect(
      try scores(GroupImportance(pooling: .maximum, reduction: .sum, isNormalized: false)) == [6, 5, 9, 2])
    #expect(
      try scores(GroupImportance(SquaredMagnitudeCriterion(), pooling: .sum, isNormalized: false))
        == [34, 26, 101, 4])
  }

  @Test func normalizationDividesByTheMeanOfTheGroup() throws {
    #expect(try scores(GroupImportance()) == [8 / 6.75, 6 / 6.75, 11 / 6.75, 2 / 6.75])
  }

  @Test func onlyMakersCountWhereAsked() throws {
    #expect(try scores(GroupImportance(slices: .makers, isNormalized: false)) == [3, 5, 1, 2])
  }

  @Test func aGroupWithoutScalesIsRefused() throws {
    let error = #expect(throws: GroupWithoutScores.self) { try scores(GroupImportance(slices: .scales)) }
    #expect("\(error!)" == "group fc1: expected a normalisation whose scales tell what matters, found none")
  }

  @Test func prunedWeightsHaveNoSay() throws {
    var network = handmade()
    network.visitParameters { path, parameter in
      guard path.node == "fc1", path.name == "weight" else { return }
      // Takes the 4 of the second row, the 1 of the third.
      parameter.prune(keeping: Mask((0..<12).map { $0 != 5 && $0 != 8 }, shape: [4, 3]))
    }
    let masked = try scores(GroupImportance(reduction: .first, isNormalized: false), network)
    #expect(masked == [3, 3, 0, 2])
    network.visitParameters { _, parameter in if parameter.role == .weight { parameter.pack() } }
    #expect(try scores(GroupImportance(reduction: .first, isNormalized: false), network) == masked)
  }

  /// Flattened, a channel of 2 × 2 pixels is four columns of the next layer.
  @Test func channelsOwnTheirPixelsColumns() throws {
    let network = convolutional()
    let group = try #require(network.dependencyGraph["conv2"])
    let found = try GroupImportance(pooling: .norm(1), isNormalized: false)
      .scores(of: group, from: PruningEvidence(of: network))
    let (filters, columns) = (
      network[ParameterPath(node: "conv2", name: "weight")]!.values.values,
      network[ParameterPath(node: "fc1", name: "weight")]!.values.values
    )
    for channel in 0..<8 {
      var expected = 0.0
      for index in channel * 54..<(channel + 1) * 54 { expected += Double(abs(filters[index])) }
      for row in 0..<12 {
        for pixel in 0..<4 { expected += Double(abs(columns[row * 32 + channel * 4 + pixel])) }
      }
      #expect(abs(found[channel] - expected) < 1e-5 * expected)
    }
  }

  @Test(arguments: [
    MeanActivationCriterion() as any PruningCriterion, AverageZerosCriterion(), TaylorCriterion(),
    FisherCriterion(),
    GeometricMedianCriterion(), WandaCriterion(),
  ])
  func everyCriterionScoresConvolutions(_ criterion: any PruningCriterion) throws {
    let network = convolutional()
    let evidence = PruningEvidence(of: network, samples: noise(shape: [1, 8, 8]))
    for group in network.dependencyGraph.groups {
      let scores = try GroupImportance(criterion, pooling: .mean, slices: .makers).scores(
        of: group, from: evidence)
      #expect(scores.count == group.unitCount && scores.allSatisfy { $0.isFinite && $0 >= 0 })
      #expect(Set(scores).count > 1, "units differ")
    }
  }

  /// The mean over samples and pixels of what the rectifier lets through.
  @Test func activationsAreAveragedOverPixels() throws {
    let (network, samples) = (convolutional(), noise(shape: [1, 8, 8], count: 5))
    let group = try #require(network.dependencyGraph["conv1"])
    let importance = GroupImportance(
      MeanActivationCriterion(), pooling: .mean, slices: .makers, isNormalized: false)
    let found = try importance.scores(of: group, from: PruningEvidence(of: network, samples: samples))
    let outputs = network.prefix(through: 1).predict(samples.tensor.reshaped(to: [5, 1, 8, 8])).values
    for channel in 0..<6 {
      var sum = 0.0
      for sample in 0..<5 {
        for pixel in 0..<36 { sum += Double(outputs[(sample * 6 + channel) * 36 + pixel]) }
      }
      #expect(abs(found[channel] - sum / 180) < 1e-6)
    }
  }
}
