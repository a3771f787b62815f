internal import EspalierNetworks
internal import EspalierTensors

/// What calibration samples say about one layer: the second moments of its inputs in the network as it was, in the network as
/// it is, and between both; with a last input of 1 for a bias.
struct LayerCalibration {
  private static let batchSize = 256

  /// D = mean x xᵀ, of the inputs before.
  let before: Tensor
  /// C = mean x x̂ᵀ; nil where the inputs are what they were.
  let cross: Tensor?
  /// H = mean x̂ x̂ᵀ, of the inputs now.
  let present: Tensor

  /// Runs samples, [count, input shape…], up to a node: through the network as it is and, if given, as it was.
  init(
    of network: Network, before original: Network?, site: OneShotSite, samples: Tensor, on compute: Compute
  ) {
    let (node, features, withBias) = (site.node, site.columns, site.hasBias)
    let now = LayerInputStream(of: network, node: node)
    let earlier = original.map { LayerInputStream(of: $0, node: node) }
    var presentMoments = SecondMoments(features: features)
    var earlierMoments = earlier.map { _ in SecondMoments(features: features) }
    var crossMoments = earlier.map { _ in CrossMoments(features: features) }
    for first in stride(from: 0, to: samples.shape[0], by: Self.batchSize) {
      let range = first..<min(first + Self.batchSize, samples.shape[0])
      let x = now.input(for: range, of: samples, on: compute)
      let past = earlier?.input(for: range, of: samples, on: compute)
      site.forEachBatch(of: x, and: past) { x, past in
        presentMoments.add(x, on: compute)
        guard let past else { return }
        earlierMoments!.add(past, on: compute)
        crossMoments!.add(past, x, on: compute)
      }
    }
    present = presentMoments.mean(withOnes: withBias)
    before = earlierMoments?.mean(withOnes: withBias) ?? present
    cross = crossMoments?.mean(withOnes: withBias)
  }

  /// The weights whose outputs for the inputs now are the nearest to what W's were for the inputs before: W · (C + λI) ·
  /// (H + λI)⁻¹, near W where the samples say little; W itself where the inputs are what they were.
  ///
  /// Approximating these instead of W, a pruned layer also makes up for what the layers before it have lost.
  func corrected(
    _ problem: ReconstructionProblem, on compute: Compute
  ) throws(FactorisationError) -> ReconstructionProblem {
    guard let cross else { return problem }
    let moments = try DampedMoments(problem, on: compute)
    var damped = cross
    for index in 0..<problem.width {
      damped[index, index] += moments.matrix[index, index] - present[index, index]
    }
    let products = problem.weights.multiplied(by: damped, on: compute)
    return ReconstructionProblem(
      weights: products.multiplied(by: moments.inverse(on: compute), on: compute), moments: present,
      columns: problem.columns, alive: problem.alive, damping: problem.damping)
  }

  /// The mean of ‖W x − Ŵ x̂‖² over that of ‖W x‖²; 0 where the outputs are 0 and stay so.
  func relativeError(of solution: Tensor, for weights: Tensor, on compute: Compute) -> Double {
    let energy = weights.dot(weights.multiplied(by: before, on: compute))
    let shared = solution.dot(weights.multiplied(by: cross ?? present, on: compute))
    let error = energy - 2 * shared + solution.dot(solution.multiplied(by: present, on: compute))
    return error <= 0 ? 0 : energy > 0 ? error / energy : .infinity
  }
}
