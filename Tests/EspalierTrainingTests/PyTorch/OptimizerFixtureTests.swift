import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

/// Six steps of every optimizer against PyTorch's: unmasked, masked from the start, and pruned after the second step,
/// when momentum would revive what is lost.
///
/// Weights stay below 4. A step rounds a weight and its moments a handful of times, of which all but the last are
/// scaled by a rate of 0.05 at most: six steps are off by less than 6 · 2 units of 2⁻²⁴ · max(1, |w|).
@Suite struct OptimizerFixtureTests {
  static let tolerance = 12 * 0x1p-24

  @Test(arguments: ComputeCase.all)
  func matchPyTorch(_ way: ComputeCase) throws {
    let file = try Fixture.json(OptimizerFixture.self, "pytorch/optimizers.json")
    #expect(file.cases.count == 11)
    way {
      for test in file.cases {
        let runs = test.weightsAfterStep
        check(file, test, runs.unmasked, pruneBefore: nil, packs: false, way)
        for packs in [false, true] {
          check(file, test, runs.maskedFromStart, pruneBefore: 0, packs: packs, way)
          check(file, test, runs.maskedFromStep3, pruneBefore: 2, packs: packs, way)
        }
      }
    }
  }

  private func check(
    _ file: OptimizerFixture, _ test: OptimizerFixture.Case, _ expected: [[Double]], pruneBefore: Int?,
    packs: Bool, _ way: ComputeCase
  ) {
    var run = OptimizerRun(file, test)
    for (step, weights) in expected.enumerated() {
      if step == pruneBefore { run.prune(packing: packs) }
      run.step()
      let comment: Comment =
        "\(test.name), pruned before step \(pruneBefore ?? -1), packed \(packs), step \(step), \(way)"
      #expect(largestDifference(run.weights, weights) < Self.tolerance, comment)
      #expect(run.prunedWeightsAreZero, comment)
    }
    guard pruneBefore != nil else { return }
    let (prunedMoved, othersMoved) = run.whatMovesByMomentsAlone()
    #expect(!prunedMoved, "\(test.name) keeps moments of pruned weights, \(way)")
    #expect(othersMoved == test.hasMoments, "\(test.name), \(way)")
  }

  /// Forgetting the moments is as good as a new optimizer.
  @Test func resetForgetsTheMoments() throws {
    let file = try Fixture.json(OptimizerFixture.self, "pytorch/optimizers.json")
    for test in file.cases {
      var used = OptimizerRun(file, test)
      used.step()
      used.optimizer.reset()
      used.restart()
      var new = OptimizerRun(file, test)
      for _ in 0..<3 {
        used.step()
        new.step()
      }
      #expect(used.network.bits == new.network.bits, "\(test.name)")
    }
  }
}

struct OptimizerFixture: Decodable {
  let initial: FixtureArray
  let mask: FixtureArray
  let learningRates: [Double]
  let gradients: [[Float]]
  let cases: [Case]

  struct Case: Decodable {
    let name: String
    let kind: String
    let momentum: Double?
    let dampening: Double?
    let nesterov: Bool?
    let weightDecay: Double
    let betas: [Double]?
    let eps: Double?
    let weightsAfterStep: Runs

    var hasMoments: Bool { kind != "SGD" || momentum! > 0 }

    var optimizer: any Optimizer {
      if kind == "SGD" {
        return SGD(momentum: momentum!, dampening: dampening!, nesterov: nesterov!, weightDecay: weightDecay)
      }
      return Adam(
        beta1: betas![0], beta2: betas![1], epsilon: eps!, weightDecay: weightDecay,
        decay: kind == "AdamW" ? .decoupled : .coupled)
    }
  }

  struct Runs: Decodable {
    let unmasked: [[Double]]
    let maskedFromStart: [[Double]]
    let maskedFromStep3: [[Double]]
  }
}

/// An optimizer on the way through a fixture's steps, with a network that is one linear layer.
struct OptimizerRun {
  private let file: OptimizerFixture
  private var stepsDone = 0
  private(set) var network: Network
  var optimizer: any Optimizer

  init(_ file: OptimizerFixture, _ test: OptimizerFixture.Case) {
    self.file = file
    network = Network(input: [8]) { Linear(weight: file.initial.tensor) }
    optimizer = test.optimizer
  }

  /// Begins with the first gradient and the first weights again; the optimizer stays as it is.
  mutating func restart() {
    network = Network(input: [8]) { Linear(weight: file.initial.tensor) }
    stepsDone = 0
  }

  mutating func step() {
    step(gradient: file.gradients[stepsDone], rate: file.learningRates[stepsDone])
    stepsDone += 1
  }

  private mutating func step(gradient: [Float], rate: Double) {
    let gradients = ParameterGradients(for: network)
    let stored = network.parameters[0].parameter.stored(gradient)
    _ = gradients[0].update(fromContentsOf: stored)
    optimizer.step(&network, gradients: gradients, learningRate: rate, on: .current)
  }

  mutating func prune(packing: Bool) {
    let mask = Mask(file.mask.values.map { $0 != 0 }, shape: file.mask.shape)
    network.visitParameters { _, parameter in
      parameter.prune(keeping: mask)
      if packing { parameter.pack() }
    }
  }

  var weights: [Float] { network.parameters[0].parameter.values.values }

  /// Whether every weight outside the mask is +0.0, to the bit.
  var prunedWeightsAreZero: Bool {
    guard let mask = network.parameters[0].parameter.mask else { return true }
    return weights.enumerated().allSatisfy { mask[$0] || $1.bitPattern == 0 }
  }

  /// Steps a network of the same weights but without a mask along a gradient of zeros: whatever of the pruned weights
  /// moves, moments of theirs have moved. With weights of 0 in it, weight decay moves none of them.
  mutating func whatMovesByMomentsAlone() -> (pruned: Bool, others: Bool) {
    let mask = network.parameters[0].parameter.mask!
    let before = Tensor(zeros: file.initial.shape)
    network = Network(input: [8]) { Linear(weight: before) }
    for _ in 0..<3 { step(gradient: [Float](repeating: 0, count: mask.count), rate: 0.1) }
    let moved = weights.enumerated().filter { $0.element.bitPattern != 0 }.map(\.offset)
    return (moved.contains { !mask[$0] }, moved.contains { mask[$0] })
  }
}

extension Parameter {
  /// One number for each stored value, from one for every value.
  fileprivate func stored(_ numbers: [Float]) -> [Float] {
    guard let pattern else { return numbers }
    var matrix = SparseMatrix(zeros: pattern)
    matrix.pack(Tensor(numbers, shape: shape))
    return matrix.values.values
  }
}
