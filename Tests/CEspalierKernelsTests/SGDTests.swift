import CEspalierKernels
import Testing

/// A variant of the step and its name.
struct SGDCase: Sendable, CustomTestStringConvertible {
  let name: String
  var momentum: Float = 0
  var dampening: Float = 0
  var decay: Float = 0
  var nesterov = false
  var first = false

  var testDescription: String { name }
  var constants: EspalierSGD {
    EspalierSGD(
      learning_rate: 0.1, momentum: momentum, dampening: dampening, weight_decay: decay, nesterov: nesterov,
      first_step: first)
  }

  static let all = [
    SGDCase(name: "plain"),
    SGDCase(name: "decay", decay: 0.01),
    SGDCase(name: "momentum", momentum: 0.9, decay: 0.01),
    SGDCase(name: "dampened", momentum: 0.9, dampening: 0.3),
    SGDCase(name: "first", momentum: 0.9, dampening: 0.3, decay: 0.01, first: true),
    SGDCase(name: "Nesterov", momentum: 0.9, decay: 0.01, nesterov: true),
    SGDCase(name: "first with Nesterov", momentum: 0.9, nesterov: true, first: true),
  ]
}

struct SGDTests {
  @Test(arguments: KernelSet.available, SGDCase.all)
  func agreesWithTheExactStep(_ kernels: KernelSet, _ test: SGDCase) {
    var random = SeededGenerator(seed: 10)
    for count in interestingCounts {
      for masked in [false, true] {
        let (w, g, v) = (random.floats(count), random.floats(count), random.floats(count))
        let words = random.maskWords(count)
        let mask = GuardedBuffer(words)
        let gradient = GuardedBuffer(g)
        let weight = GuardedBuffer(w)
        // The first step starts the velocity, so what it holds must not matter.
        let velocity = GuardedBuffer(test.first ? [Float](repeating: .nan, count: count) : v)
        var constants = test.constants
        kernels.table.sgd(
          weight.pointer, gradient.pointer, test.momentum == 0 ? nil : velocity.pointer,
          masked ? mask.pointer : nil, count, &constants)
        var worst = WorstError()
        for i in 0..<count {
          let kept = !masked || isKept(words, i)
          let exact =
            kept
            ? step(test, w: Double(w[i]), g: Double(g[i]), v: Double(v[i])) : (weight: 0, velocity: 0)
          let bound = kept ? 8 * unitRoundoff : 0
          worst.note(weight[i], exact: exact.weight, bound: 2 * bound, at: "weight \(i)")
          if test.momentum != 0 {
            worst.note(velocity[i], exact: exact.velocity, bound: 2 * bound, at: "velocity \(i)")
          }
          if !kept {
            #expect(weight[i].bitPattern == 0 && (test.momentum == 0 || velocity[i].bitPattern == 0))
          }
        }
        #expect(
          worst.isAllowed && weight.isUntouchedBefore && velocity.isUntouchedBefore,
          "\(count) elements, masked: \(masked), seed 10: \(worst)")
      }
    }
  }

  private func step(_ test: SGDCase, w: Double, g: Double, v: Double) -> (weight: Double, velocity: Double) {
    let momentum = Double(test.momentum)
    let gradient = g + Double(test.decay) * w
    let velocity = test.first ? gradient : momentum * v + (1 - Double(test.dampening)) * gradient
    let direction =
      test.momentum == 0 ? gradient : test.nesterov ? gradient + momentum * velocity : velocity
    return (w - Double(Float(0.1)) * direction, velocity)
  }

  @Test(arguments: KernelSet.available)
  func prunedWeightsNeverReturn(_ kernels: KernelSet) {
    var constants = SGDCase(name: "", momentum: 0.9, decay: 0.1, nesterov: true).constants
    let words = GuardedBuffer<UInt64>([0x00ff_f00f_1234_5678, 0, .max])
    let count = 150
    let weight = GuardedBuffer((0..<count).map { [Float.nan, -1, .infinity][$0 % 3] })
    let velocity = GuardedBuffer([Float](repeating: .nan, count: count))
    let gradient = GuardedBuffer([Float](repeating: -.infinity, count: count))
    for i in 0..<count where isKept(words.values, i) { (weight[i], velocity[i], gradient[i]) = (1, 1, 1) }
    for _ in 0..<3 {
      kernels.table.sgd(weight.pointer, gradient.pointer, velocity.pointer, words.pointer, count, &constants)
    }
    for i in 0..<count {
      if isKept(words.values, i) {
        #expect(weight[i].isFinite && weight[i] != 0 && velocity[i] != 0, "element \(i)")
      } else {
        #expect(weight[i].bitPattern == 0 && velocity[i].bitPattern == 0, "element \(i)")
      }
    }
  }
}
