import CEspalierKernels
import Testing

/// Everything one Adam step reads and writes.
private struct AdamState {
  let weight, gradient, first, second: GuardedBuffer<Float>

  init(count: Int, seed: Int) {
    var random = SeededGenerator(seed: seed)
    weight = GuardedBuffer(random.floats(count))
    gradient = GuardedBuffer(random.floats(count))
    first = GuardedBuffer(random.floats(count))
    second = GuardedBuffer(random.floats(count, in: 1e-6...1))
  }

  func step(_ kernels: KernelSet, _ constants: EspalierAdam, mask: UnsafePointer<UInt64>?, _ part: Range<Int>)
  {
    var constants = constants
    let start = part.lowerBound
    kernels.table.adam(
      weight.pointer + start, gradient.pointer + start, first.pointer + start, second.pointer + start,
      mask.map { $0 + start / 64 }, part.count, &constants)
  }

  var isUntouchedBefore: Bool { [weight, gradient, first, second].allSatisfy(\.isUntouchedBefore) }
}

private let plain = EspalierAdam(
  learning_rate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, bias_correction1: 0.271,
  bias_correction2: 0.003,
  coupled_decay: 0, decoupled_decay: 0)

private var coupled: EspalierAdam {
  var constants = plain
  constants.coupled_decay = 0.1
  return constants
}

private var decoupled: EspalierAdam {
  var constants = plain
  constants.decoupled_decay = 0.5
  return constants
}

struct AdamTests {
  @Test(arguments: KernelSet.available, [plain, coupled, decoupled])
  func agreesWithTheExactStep(_ kernels: KernelSet, _ constants: EspalierAdam) {
    for count in interestingCounts {
      let before = AdamState(count: count, seed: count)
      let after = AdamState(count: count, seed: count)
      var random = SeededGenerator(seed: count)
      let words = random.maskWords(count)
      let masked = count % 2 == 0
      let mask = GuardedBuffer(words)
      after.step(kernels, constants, mask: masked ? mask.pointer : nil, 0..<count)
      var worst = WorstError()
      for i in 0..<count where !masked || isKept(words, i) {
        note(&worst, i, before, after, constants)
      }
      #expect(worst.isAllowed && after.isUntouchedBefore, "\(count) elements, seed \(count): \(worst)")
      #expect(after.gradient.values == before.gradient.values)
      for i in 0..<count where masked && !isKept(words, i) {
        let bits = [after.weight, after.first, after.second].map { $0[i].bitPattern }
        #expect(bits == [0, 0, 0], "element \(i) of \(count) is pruned, seed \(count)")
      }
    }
  }

  /// The step in `Double`, with the rounding errors of each term carried along.
  private func note(
    _ worst: inout WorstError, _ i: Int, _ before: AdamState, _ after: AdamState, _ constants: EspalierAdam
  ) {
    let u = unitRoundoff
    let (beta1, beta2) = (Double(constants.beta1), Double(constants.beta2))
    let (rate, decay) = (Double(constants.learning_rate), Double(constants.coupled_decay))
    var w = Double(before.weight[i])
    let g = Double(before.gradient[i]) + decay * w
    let gError = 2 * u * (abs(Double(before.gradient[i])) + abs(decay * w))
    let m = beta1 * Double(before.first[i]) + (1 - beta1) * g
    let mError = (1 - beta1) * gError + 3 * u * (abs(beta1 * Double(before.first[i])) + abs((1 - beta1) * g))
    let v = beta2 * Double(before.second[i]) + (1 - beta2) * g * g
    let vError = (1 - beta2) * 2 * abs(g) * gError + 4 * u * v
    let denominator =
      v.squareRoot() / Double(constants.bias_correction2).squareRoot() + Double(constants.epsilon)
    let step = rate / Double(constants.bias_correction1)
    let update = step * m / denominator
    w *= 1 - rate * Double(constants.decoupled_decay)
    let wError = step * mError / denominator + abs(update) * (vError / (2 * v) + 8 * u) + 3 * u * abs(w)
    worst.note(after.first[i], exact: m, bound: mError, at: "first moment \(i)")
    worst.note(after.second[i], exact: v, bound: vError, at: "second moment \(i)")
    worst.note(after.weight[i], exact: w - update, bound: wError, at: "weight \(i)")
  }

  @Test(arguments: KernelSet.available)
  func prunedWeightsNeverReturn(_ kernels: KernelSet) {
    var constants = coupled
    constants.decoupled_decay = 0.5
    let count = 200
    let state = AdamState(count: count, seed: 1)
    let words = GuardedBuffer<UInt64>([0x5555_5555_5555_5555, 0, .max, 0x0123_4567_89ab_cdef])
    for i in 0..<count where !isKept(words.values, i) {
      state.gradient[i] = [.nan, .infinity, -1][i % 3]
      state.weight[i] = [.nan, -0.0, 3][i % 3]
    }
    for _ in 0..<5 { state.step(kernels, constants, mask: words.pointer, 0..<count) }
    for i in 0..<count {
      let values = [state.weight[i], state.first[i], state.second[i]]
      if isKept(words.values, i) {
        #expect(values.allSatisfy { $0.isFinite && $0 != 0 }, "element \(i)")
      } else {
        #expect(values.allSatisfy { $0.bitPattern == 0 }, "element \(i)")
      }
    }
  }

  @Test(arguments: KernelSet.available)
  func aWeightWithoutGradientStays(_ kernels: KernelSet) {
    let state = AdamState(count: 70, seed: 2)
    for i in 0..<70 { (state.gradient[i], state.first[i], state.second[i]) = (0, 0, 0) }
    let weights = state.weight.values
    state.step(kernels, plain, mask: nil, 0..<70)
    #expect(state.weight.values == weights && state.second.values.allSatisfy { $0 == 0 })
  }

  @Test(arguments: KernelSet.available, [true, false])
  func partsMakeTheWhole(_ kernels: KernelSet, _ masked: Bool) {
    let count = 1000
    var random = SeededGenerator(seed: 3)
    let words = GuardedBuffer(random.maskWords(count))
    let whole = AdamState(count: count, seed: 3)
    let parts = AdamState(count: count, seed: 3)
    let mask = masked ? UnsafePointer(words.pointer) : nil
    whole.step(kernels, coupled, mask: mask, 0..<count)
    for part in [0..<64, 64..<704, 704..<768, 768..<1000] { parts.step(kernels, coupled, mask: mask, part) }
    #expect(whole.weight.values == parts.weight.values && whole.second.values == parts.second.values)
  }
}
