import CEspalierBenchmarks
import Espalier

/// One Adam update against a plain AVX-512 loop on the same memory.
enum AdamSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    for (name, count) in [("266,610 parameters", 266_610), ("25 M parameters", 25_000_000)] {
      try run.compare(name, goal: .timesAsFast(atLeast: 0.95)) {
        var generator = run.makeGenerator()
        let memory = AdamMemory(count: count, using: &generator)
        let work = Work.bytes(7 * 4 * Double(count))
        return (
          Contender("espalier", work) { memory.update(on: run.compute) },
          espalier_plain_adam_is_available()
            ? Contender("plain AVX-512 loop", work) { memory.updatePlainly() } : nil
        )
      }
    }
  }
}

/// Weights, gradient and moments of one update.
private final class AdamMemory {
  private let count: Int
  private var weight, gradient, first, second: Tensor
  private let step = AdamStep(
    learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, biasCorrection1: 0.5, biasCorrection2: 0.5,
    coupledDecay: 0, decoupledDecay: 0)

  init(count: Int, using generator: inout Xoshiro256) {
    self.count = count
    weight = Tensor(uniform: -1..<1, shape: [count], using: &generator)
    gradient = Tensor(uniform: -1..<1, shape: [count], using: &generator)
    first = Tensor(zeros: [count])
    second = Tensor(zeros: [count])
  }

  func update(on compute: Compute) {
    withPointers { weight, gradient, first, second in
      compute.update(
        UnsafeMutableBufferPointer(start: weight, count: count), gradient: gradient, firstMoment: first,
        secondMoment: second, mask: nil, step)
    }
  }

  func updatePlainly() {
    withPointers { weight, gradient, first, second in
      espalier_plain_adam(
        weight, gradient, first, second, count, step.learningRate / step.biasCorrection1, step.beta1,
        step.beta2, (1 / step.biasCorrection2).squareRoot(), step.epsilon)
    }
  }

  private typealias Values = UnsafeMutablePointer<Float>

  private func withPointers(_ body: (Values, UnsafePointer<Float>, Values, Values) -> Void) {
    weight.withUnsafeMutableValues { weight in
      first.withUnsafeMutableValues { first in
        second.withUnsafeMutableValues { second in
          gradient.withUnsafeValues {
            body(weight.baseAddress!, $0.baseAddress!, first.baseAddress!, second.baseAddress!)
          }
        }
      }
    }
  }
}
