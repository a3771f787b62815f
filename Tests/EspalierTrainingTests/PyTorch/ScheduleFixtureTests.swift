import EspalierTestSupport
import EspalierTraining
import Testing

/// Schedules against PyTorch's, with a step of the fixture as the unit of time.
///
/// Both are in `Double`; PyTorch multiplies step by step, so after 20 steps it is off by some 20 units of 2⁻⁵³.
@Suite struct ScheduleFixtureTests {
  private struct File: Decodable { let cases: [Case] }

  private struct Case: Decodable {
    let name: String
    let base: Double
    let warmUpSteps: Int
    let stepSize: Double?
    let gamma: Double?
    let minimum: Double?
    let learningRates: [Double]

    var schedule: any LearningRateSchedule {
      switch name {
      case "step": StepSchedule(every: stepSize!, decay: gamma!)
      case "exponential": ExponentialSchedule(decay: gamma!)
      case "cosine": CosineSchedule(floor: minimum! / base)
      default: preconditionFailure("no schedule \(name)")
      }
    }
  }

  @Test func matchPyTorch() throws {
    let file = try Fixture.json(File.self, "pytorch/schedules.json")
    #expect(file.cases.count == 6)
    for test in file.cases {
      let steps = test.learningRates.count
      let warmUp = test.warmUpSteps
      // PyTorch's rise ends at step W − 1 and what follows begins at step W, both at the full rate; ours has that
      // moment once.
      let schedule: any LearningRateSchedule =
        warmUp == 0
        ? test.schedule
        : WarmUpSchedule(epochs: Double(warmUp - 1), start: 1 / Double(warmUp), then: test.schedule)
      for (step, expected) in test.learningRates.enumerated() {
        let time = Double(step >= max(warmUp, 1) && warmUp > 0 ? step - 1 : step)
        let rate = test.base * schedule.factor(at: time, of: Double(warmUp == 0 ? steps : steps - 1))
        #expect(abs(rate - expected) < 1e-14, "\(test.name), warm-up \(warmUp), step \(step)")
      }
    }
  }

  @Test func theEndsOfSchedules() {
    #expect(ConstantSchedule().factor(at: 7.5, of: 10) == 1)
    #expect(abs(ExponentialSchedule(reaching: 0.01, after: 8).factor(at: 8, of: 20) - 0.01) < 1e-15)
    #expect(CosineSchedule(floor: 0.1).factor(at: 0, of: 5) == 1)
    #expect(abs(CosineSchedule(floor: 0.1).factor(at: 5, of: 5) - 0.1) < 1e-15)
    #expect(abs(CosineSchedule(floor: 0.1).factor(at: 9, of: 5) - 0.1) < 1e-15)
    // A warm-up longer than the training has nothing after it, and no warm-up starts at the full rate.
    #expect(WarmUpSchedule(epochs: 10, start: 0, then: CosineSchedule()).factor(at: 3, of: 4) == 0.3)
    #expect(WarmUpSchedule(epochs: 0, then: CosineSchedule()).factor(at: 0, of: 4) == 1)
  }

  @Test func lengthsThatMakeNoSenseTrap() async {
    await #expect(processExitsWith: .failure) { _ = StepSchedule(every: 0) }
    await #expect(processExitsWith: .failure) { _ = WarmUpSchedule(epochs: -1, then: ConstantSchedule()) }
  }
}
