import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct ColumnSurvivorsTests {
  @Test func everyFormCountsTheSame() {
    var generator = Xoshiro256(seed: 8)
    for shape in [[1, 1], [5, 3], [40, 70], [3, 0], [0, 3]] {
      let values = (0..<shape[0] * shape[1]).map { _ in Float.random(in: -1...1, using: &generator) }
      var parameter = Parameter(Tensor(values, shape: shape), role: .weight)
      #expect(parameter.columnSurvivors == [Int](repeating: shape[0], count: shape[1]), "\(shape)")
      parameter.prune(keeping: Mask(values.map { $0 > 0.3 }, shape: shape))
      let expected = (0..<shape[1]).map { column in
        (0..<shape[0]).count { values[$0 * shape[1] + column] > 0.3 }
      }
      #expect(parameter.columnSurvivors == expected, "\(shape), seed 8")
      parameter.pack()
      #expect(parameter.columnSurvivors == expected, "\(shape), packed, seed 8")
    }
  }

  @Test func zerosDoNotCount() {
    var parameter = Parameter(Tensor([0, 1, 2, 0, 0, 3], shape: [2, 3]), role: .weight)
    #expect(parameter.columnSurvivors == [0, 1, 2])
    parameter.pack()
    #expect(parameter.columnSurvivors == [0, 1, 2], "survivors of the mask that are zero")
  }

  @Test func whatIsNoMatrixTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = Parameter(Tensor(zeros: [3]), role: .bias).columnSurvivors
    }
  }
}
