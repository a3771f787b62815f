import EspalierData
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct DistillationTests {
  private let samples = randomSamples(count: 24)

  /// One plain step of SGD moves the weights by −η times the gradient of the objective, which central differences of the
  /// reported loss give as well.
  ///
  /// A difference over ±h of a loss that float32 gives to about 1e-6 is off by 1e-6 / h + h² · curvature: 1e-3 at h = 0.01.
  @Test(
    arguments: ComputeCase.all,
    [Distillation(temperature: 3, mix: 0.6), Distillation(temperature: 1, mix: 1)])
  func theGradientIsThatOfTheReportedLoss(_ way: ComputeCase, _ distillation: Distillation) {
    way {
      let student = perceptron([6, 5, 4], seed: 1)
      let teacher = Teacher(perceptron([6, 7, 4], seed: 2), distillation)
      func loss(_ network: Network) -> Double {
        var trainer = makeTrainer(rate: 1, teacher)
        var copy = network
        return trainer.train(&copy, on: samples).epochs[0].loss
      }
      var trained = student
      var trainer = makeTrainer(rate: 1, teacher)
      trainer.train(&trained, on: samples)
      for (path, before) in student.parameters {
        for index in stride(from: 0, to: before.count, by: 3) {
          let gradient = Double(before.values[flat: index] - trained[path]!.values[flat: index])
          let difference =
            (loss(student.moved(path, index, by: 0.01)) - loss(student.moved(path, index, by: -0.01))) / 0.02
          #expect(abs(gradient - difference) < 2e-3, "\(path) \(index), \(way)")
        }
      }
    }
  }

  /// A mix of 0 is training without a teacher, bit for bit.
  @Test(arguments: ComputeCase.all)
  func aMixOfZeroChangesNothing(_ way: ComputeCase) {
    way {
      var (alone, taught) = (perceptron([6, 5, 4], seed: 1), perceptron([6, 5, 4], seed: 1))
      var plain = makeTrainer(rate: 0.1, nil)
      var distilled = makeTrainer(rate: 0.1, Teacher(perceptron([6, 7, 4], seed: 2), Distillation(mix: 0)))
      plain.train(&alone, on: samples)
      distilled.train(&taught, on: samples)
      #expect(alone.bits == taught.bits, "\(way)")
    }
  }

  /// Listening to the teacher only, a network of the same structure comes to answer like it.
  @Test func aStudentComesToAnswerLikeItsTeacher() {
    let master = perceptron([6, 16, 4], seed: 2)
    var student = perceptron([6, 16, 4], seed: 5)
    var trainer = Trainer(
      epochs: 300, batchSize: 7, optimizer: Adam(learningRate: 0.01), seed: 1)
    trainer.teacher = Teacher(master, Distillation(temperature: 2, mix: 1))
    let losses = trainer.train(&student, on: samples).epochs.map(\.loss)
    #expect(losses.last! < losses[0] / 100)
  }

  @Test func teachersMustFit() async {
    await #expect(processExitsWith: .failure) {
      var student = perceptron([6, 5, 4], seed: 1)
      var trainer = Trainer(epochs: 1)
      trainer.teacher = Teacher(perceptron([6, 5, 3], seed: 1))
      trainer.train(&student, on: randomSamples(count: 4))
    }
    await #expect(processExitsWith: .failure) { _ = Distillation(temperature: 0) }
    await #expect(processExitsWith: .failure) { _ = Distillation(mix: 1.5) }
  }

  private func makeTrainer(rate: Double, _ teacher: Teacher?) -> Trainer {
    var trainer = Trainer(
      epochs: 1, batchSize: 24, optimizer: SGD(learningRate: rate, momentum: 0), seed: 1)
    trainer.teacher = teacher
    return trainer
  }
}

extension Network {
  fileprivate func moved(_ path: ParameterPath, _ index: Int, by step: Float) -> Network {
    var copy = self
    copy.visitParameters { other, parameter in
      guard other == path else { return }
      var values = parameter.values
      values[flat: index] += step
      parameter.values = values
    }
    return copy
  }
}

private func randomSamples(count: Int) -> Dataset {
  var generator = Xoshiro256(seed: 3)
  let values = Tensor(uniform: -1..<1, shape: [count * 6], using: &generator).values
  return Dataset(
    samples: .floats(values), sampleShape: [6], answers: .classes((0..<count).map { Int32($0 % 4) }, count: 4)
  )
}

private func perceptron(_ sizes: [Int], seed: UInt64) -> Network {
  var generator = Xoshiro256(seed: seed)
  return .perceptron(sizes: sizes, input: [sizes[0]], connectivity: .dense, using: &generator)
}
