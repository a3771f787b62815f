import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct LossTests {
  private static let (rows, columns) = (3, 4)
  private static let output: [Float] = [1, 0, 5, -2, 1, 2, 5, -1, 0, 2, -5, -3]

  private func evaluate(
    _ objective: Objective, _ way: ComputeCase, gradient: ((MatrixView) -> MatrixView?)
  ) -> BatchLoss {
    var values = Self.output
    return values.withUnsafeMutableBufferPointer {
      let output = MatrixView(base: $0.baseAddress!, rows: Self.rows, columns: Self.columns)
      return objective.evaluate(output, gradient: gradient(output), on: way.compute)
    }
  }

  private static let objectives: [Objective] = [
    .crossEntropy(classes: [0, 2, 0, 1]), .crossEntropy(classes: [0, 2, 0, 1], smoothing: 0.2),
    .meanSquaredError([1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0]),
  ]

  /// The columns' largest outputs are 1 (rows 0 and 1), 2 (rows 1 and 2), 5 (rows 0 and 1) and −1 (row 1): ties go to
  /// the lowest row, so that the second of the classes is missed.
  @Test(arguments: ComputeCase.all)
  func countsCorrectAnswersWithTiesToTheLowestRow(_ way: ComputeCase) {
    #expect(evaluate(Self.objectives[0], way, gradient: { _ in nil }).correct == 3)
    #expect(evaluate(Self.objectives[1], way, gradient: { _ in nil }).correct == 3)
    // The targets' largest rows are 0, 2, 1 and 1.
    #expect(evaluate(Self.objectives[2], way, gradient: { _ in nil }).correct == 2)
  }

  @Test(arguments: ComputeCase.all)
  func theLossIsTheSameWithAGradientInItsOwnPlaceOrNone(_ way: ComputeCase) {
    for objective in Self.objectives {
      var memory = [Float](repeating: .nan, count: Self.rows * Self.columns)
      memory.withUnsafeMutableBufferPointer { memory in
        let apart = MatrixView(base: memory.baseAddress!, rows: Self.rows, columns: Self.columns)
        var inPlace: [Float] = []
        let none = evaluate(objective, way) { _ in nil }
        let separate = evaluate(objective, way) { _ in apart }
        var values = Self.output
        let overwriting = values.withUnsafeMutableBufferPointer {
          let output = MatrixView(base: $0.baseAddress!, rows: Self.rows, columns: Self.columns)
          return objective.evaluate(output, gradient: output, on: way.compute)
        }
        inPlace = values
        #expect(none == separate && none == overwriting, "\(objective), \(way)")
        #expect(inPlace == Array(memory), "\(objective), \(way)")
      }
    }
  }

  @Test func targetsOfTheWrongKindOrRangeTrap() async {
    await #expect(processExitsWith: .failure) { evaluateOnOneSample(classes: [2]) }
    await #expect(processExitsWith: .failure) { evaluateOnOneSample(classes: [-1]) }
    await #expect(processExitsWith: .failure) { evaluateOnOneSample(classes: [0, 1]) }
    await #expect(processExitsWith: .success) { evaluateOnOneSample(classes: [1]) }
    await #expect(processExitsWith: .failure) { _ = CrossEntropy(labelSmoothing: 1.5) }
    await #expect(processExitsWith: .failure) {
      let tensor = Tensor(zeros: [4])
      tensor.withUnsafeValues {
        let base = UnsafeMutablePointer(mutating: $0.baseAddress!)
        let output = MatrixView(base: base, rows: 2, columns: 2)
        let targets = MatrixView(base: base, rows: 1, columns: 4)
        _ = MeanSquaredError().evaluate(output, .values(targets), gradient: nil, on: .current)
      }
    }
  }
}

private func evaluateOnOneSample(classes: [Int32]) {
  var logits: [Float] = [0, 1]
  logits.withUnsafeMutableBufferPointer {
    let output = MatrixView(base: $0.baseAddress!, rows: 2, columns: 1)
    _ = Objective.crossEntropy(classes: classes).evaluate(output, gradient: nil, on: .current)
  }
}
