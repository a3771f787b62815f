internal import EspalierNetworks
internal import EspalierTensors

/// The weights θ of a dense parameter, and the gates before them with their moments.
struct GatedWeights: Sendable {
  private(set) var logAlpha: Tensor
  private var weights: LatentWeights
  /// θ · z, kept to spare an allocation a step.
  private var gated: Tensor
  private let groups: WeightGroups?
  /// Weights a gate.
  private let size: Int

  private var gates: [Float]
  private var derivatives: [Float]
  private var gradient: Tensor
  private var firstMoment: Tensor
  private var secondMoment: Tensor
  private var steps = 0

  init(of parameter: Parameter, _ settings: L0Regularization.Settings) {
    groups =
      switch settings.gates {
      case .weights: nil
      case .rows: .rows
      case .columns: .columns
      }
    let count = groups?.count(in: parameter) ?? parameter.count
    size = groups?.size(in: parameter) ?? 1
    weights = LatentWeights(of: parameter)
    gated = Tensor(zeros: parameter.shape)
    gates = [Float](repeating: 1, count: count)
    derivatives = [Float](repeating: 0, count: count)
    gradient = Tensor(zeros: [count])
    (firstMoment, secondMoment) = (gradient, gradient)
    let start = settings.distribution.logAlpha(dropRate: settings.initialDropRate)
    logAlpha = Tensor(repeating: Float(start), shape: [count])
  }

  /// Draws a gate for each group and shows θ · z.
  mutating func draw(
    _ distribution: HardConcrete, into parameter: inout Parameter, using generator: inout Xoshiro256
  ) {
    logAlpha.withUnsafeValues { logAlpha in
      gates.withUnsafeMutableBufferPointer { gates in
        derivatives.withUnsafeMutableBufferPointer { derivatives in
          for index in logAlpha.indices {
            let uniform = (Double(generator.next() >> 11) + 0.5) * 0x1p-53
            let gate = distribution.gate(logAlpha: Double(logAlpha[index]), uniform: uniform)
            (gates[index], derivatives[index]) = (Float(gate.value), Float(gate.derivative))
          }
        }
      }
    }
    show(in: &parameter, under: weights.candidates)
  }

  /// One step of Adam on log α; then `weightGradient` is that by θ, and the parameter shows θ.
  mutating func moveGates(
    _ settings: L0Regularization.Settings, strength: Double,
    _ weightGradient: UnsafeMutableBufferPointer<Float>, _ parameter: inout Parameter, on compute: Compute
  ) {
    let (strength, middle) = (strength * Double(size), settings.distribution.middle)
    gradient.withUnsafeMutableValues { gradient in
      logAlpha.withUnsafeValues { logAlpha in
        for index in gradient.indices {
          let open = settings.distribution.openProbability(atDistance: Double(logAlpha[index]) - middle)
          gradient[index] = Float(strength * open.derivative)
        }
      }
      weights.values.withUnsafeValues { values in
        Self.forEachWeight(groups, weights.values.shape) { position, gate in
          gradient[gate] += weightGradient[position] * values[position] * derivatives[gate]
          weightGradient[position] *= gates[gate]
        }
      }
    }
    step(rate: settings.gateLearningRate, on: compute)
    parameter.replace(values: weights.values, mask: weights.candidates)
  }

  mutating func take(from parameter: Parameter) { weights.take(from: parameter) }

  /// Shows θ · ẑ with the gates without chance; what is under closed ones is pruned.
  mutating func finish(_ distribution: HardConcrete, into parameter: inout Parameter) {
    for index in gates.indices {
      gates[index] = Float(distribution.meanGate(logAlpha: Double(logAlpha[flat: index])))
    }
    var isKept = [Bool](repeating: false, count: parameter.count)
    Self.forEachWeight(groups, parameter.shape) { position, gate in isKept[position] = gates[gate] > 0 }
    var mask = Mask(isKept, shape: parameter.shape)
    if let candidates = weights.candidates { mask.formIntersection(candidates) }
    show(in: &parameter, under: mask)
  }

  /// Σ p · P(z ≠ 0)
  func expectedCount(_ distribution: HardConcrete) -> Double {
    logAlpha.values.reduce(0) {
      $0 + Double(size) * distribution.openProbability(logAlpha: Double($1)).value
    }
  }

  private mutating func show(in parameter: inout Parameter, under mask: Mask?) {
    weights.values.withUnsafeValues { values in
      gated.withUnsafeMutableValues { gated in
        Self.forEachWeight(groups, weights.values.shape) { position, gate in
          gated[position] = values[position] * gates[gate]
        }
      }
    }
    parameter.replace(values: gated, mask: mask)
  }

  @inline(__always)
  private static func forEachWeight(
    _ groups: WeightGroups?, _ shape: [Int], _ body: (_ position: Int, _ gate: Int) -> Void
  ) {
    if let groups { return groups.forEach(shape, nil, body) }
    for position in 0..<shape.reduce(1, *) { body(position, position) }
  }

  private mutating func step(rate: Double, on compute: Compute) {
    steps += 1
    let (beta1, beta2) = (Float(0.9), Float(0.999))
    let constants = AdamStep(
      learningRate: Float(rate), beta1: beta1, beta2: beta2, epsilon: 1e-8,
      biasCorrection1: Adam.correction(beta1, steps), biasCorrection2: Adam.correction(beta2, steps),
      coupledDecay: 0, decoupledDecay: 0)
    logAlpha.withUnsafeMutableValues { values in
      gradient.withUnsafeValues { gradient in
        firstMoment.withUnsafeMutableValues { first in
          secondMoment.withUnsafeMutableValues { second in
            compute.update(
              values, gradient: gradient.baseAddress!, firstMoment: first.baseAddress!,
              secondMoment: second.baseAddress!, mask: nil, constants)
          }
        }
      }
    }
  }
}
