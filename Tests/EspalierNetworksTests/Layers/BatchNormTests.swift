import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct BatchNormTests {
  private static let shift = Tensor([0.5, -1], shape: [2])
  private static let layer = BatchNorm(
    scale: Tensor([2, 3], shape: [2]), shift: shift, runningMean: Tensor([1, 2], shape: [2]),
    runningVariance: Tensor([4, 9], shape: [2]))

  /// One value a channel has no variance.
  @Test(arguments: ComputeCase.all)
  func aSingleValueIsNormalisedByTheRunningStatistics(_ way: ComputeCase) {
    var network = Network(input: [2]) { Self.layer }
    let workspace = Workspace(for: network, batchSize: 1, purpose: .training)
    workspace.input[0, 0] = 5
    workspace.input[1, 0] = -1
    network.forward(in: workspace, on: way.compute)
    network.updateStatistics(in: workspace)
    // (5 − 1) / 2 · 2 + 0.5 and (−1 − 2) / 3 · 3 − 1, but for epsilon.
    #expect(largestDifference(workspace.output.values, [4.5, -4]) < 1e-5)
    #expect(network.statistics.map(\.values) == [Self.layer.runningMean, Self.layer.runningVariance])
    workspace.outputGradient!.values.update(repeating: 1)
    network.backward(in: workspace, on: way.compute)
    let scale = workspace.gradients!.gradient(
      of: ParameterPath(node: "batch-norm1", name: "scale"), in: network)
    #expect(largestDifference(scale!.values, [2, -1]) < 1e-5)
  }

  /// Derivatives that are not to train the network take it as it predicts.
  @Test(arguments: ComputeCase.all)
  func derivativesUseTheRunningStatistics(_ way: ComputeCase) {
    var generator = Xoshiro256(seed: 7)
    let network = Network(input: [2, 3, 1]) { Self.layer }
    let input = Tensor(uniform: -1..<1, shape: [6 * 5], using: &generator).values
    let workspace = Workspace(for: network, batchSize: 5, purpose: .derivatives)
    _ = workspace.input.values.update(fromContentsOf: input)
    network.forward(in: workspace, on: way.compute)
    #expect(
      Array(workspace.output.values) == inferenceOutput(of: network, input: input, batch: 5, on: way.compute))
  }

  /// The values lie around 10,000 with a deviation of about 0.3: sums of squares would lose all digits.
  @Test(arguments: ComputeCase.all)
  func aLargeMeanCostsNoVariance(_ way: ComputeCase) {
    var generator = Xoshiro256(seed: 3)
    let input = (0..<3000).map { _ in 10_000 + Float.random(in: -0.5..<0.5, using: &generator) }
    let mean = input.reduce(0.0) { $0 + Double($1) } / 3000
    let variance = input.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 3000
    let layer = BatchNorm(channels: 1, momentum: 1)
    var network = Network(input: [1, 30, 10]) { layer }
    let workspace = Workspace(for: network, batchSize: 10, purpose: .training)
    _ = workspace.input.values.update(fromContentsOf: input)
    network.forward(in: workspace, on: way.compute)
    network.updateStatistics(in: workspace)
    let found = network.statistics.map { Double($0.values[0]) }
    #expect(abs(found[0] - mean) < 1e-3)
    #expect(abs(found[1] / (variance * 3000 / 2999) - 1) < 1e-5)
    // A unit of the input is 2⁻¹⁰, a third of a hundredth of the deviation.
    #expect(
      largestDifference(
        workspace.output.values, input.map { (Double($0) - mean) / (variance + 1e-5).squareRoot() })
        < 2e-3)
  }

  @Test func statisticsAreNoParameters() {
    let network = Network(input: [2, 3, 3]) { Self.layer.named("norm") }
    #expect(network.parameterCount == 4)
    #expect(network.parameters.map(\.path.description) == ["norm.scale", "norm.shift"])
    #expect(network.statistics.map(\.path.description) == ["norm.runningMean", "norm.runningVariance"])
    #expect(network.parameters.allSatisfy { $0.parameter.role != .weight })
  }

  @Test func impossibleSettingsTrap() async {
    await #expect(processExitsWith: .failure) { _ = BatchNorm(channels: 0) }
    await #expect(processExitsWith: .failure) { _ = BatchNorm(channels: 2, epsilon: 0) }
    await #expect(processExitsWith: .failure) { _ = BatchNorm(channels: 2, momentum: 1.5) }
    await #expect(processExitsWith: .failure) { _ = LayerNorm(shape: []) }
    await #expect(processExitsWith: .failure) {
      var layer = BatchNorm(channels: 2)
      layer.runningMean = Tensor(zeros: [3])
    }
    await #expect(processExitsWith: .success) { _ = LayerNorm(shape: [2, 2], affine: false) }
  }
}
