import EspalierTensors
import EspalierTestSupport
import Testing

/// The selection against a sort by magnitude with ties by index.
@Suite struct MagnitudeSelectionTests {
  private func magnitude(_ value: Float) -> Float { value.isNaN ? 0 : abs(value) }

  /// Which elements of all tensors together a sort would take.
  private func sorted(_ tensors: [(values: Tensor, mask: Mask?)], _ count: Int) -> [[Bool]] {
    var places: [(magnitude: Float, tensor: Int, index: Int)] = []
    for (tensor, (values, mask)) in tensors.enumerated() {
      for (index, value) in values.values.enumerated() where mask?[index] ?? true {
        places.append((magnitude(value), tensor, index))
      }
    }
    places.sort { ($0.magnitude, $0.tensor, $0.index) < ($1.magnitude, $1.tensor, $1.index) }
    var kept = tensors.map { values, mask in (0..<values.count).map { mask?[$0] ?? true } }
    for place in places.prefix(count) { kept[place.tensor][place.index] = false }
    return kept
  }

  private func check(_ tensors: [(values: Tensor, mask: Mask?)], _ count: Int, _ comment: Comment) {
    var selection = MagnitudeSelection(smallest: count, of: tensors)
    let expected = sorted(tensors, count)
    for (index, (values, mask)) in tensors.enumerated() {
      var kept = mask ?? Mask(ones: values.shape)
      selection.clear(values, in: &kept)
      #expect((0..<values.count).map { kept[$0] } == expected[index], comment)
    }
  }

  @Test(arguments: ComputeCase.all)
  func everyCountOfSmallTensorsWithTies(_ way: ComputeCase) {
    way {
      let values: [Float] = [
        0, -0.0, 1, -1, 1, 2, -2, .nan, .infinity, -.infinity, .leastNonzeroMagnitude,
        -.leastNonzeroMagnitude, 3, 3, 3, 0.5, 0.25,
      ]
      let first = Tensor(values, shape: [values.count])
      let second = Tensor(values.reversed(), shape: [values.count])
      let mask = Mask(values.indices.map { $0 % 3 != 1 }, shape: [values.count])
      for count in 0...values.count { check([(first, nil)], count, "one tensor, \(count)") }
      for count in 0...mask.survivors { check([(first, mask)], count, "masked, \(count)") }
      for count in 0...values.count + mask.survivors {
        check([(first, nil), (second, mask)], count, "two tensors, \(count)")
      }
    }
  }

  @Test(arguments: ComputeCase.all, [1, 63, 64, 65, 130, 1000])
  func randomTensors(_ way: ComputeCase, _ size: Int) {
    let seed = UInt64(size) &* 7919
    way {
      var generator = Xoshiro256(seed: seed)
      var tensor = Tensor(uniform: -1..<1, shape: [size], using: &generator)
      for index in stride(from: 0, to: size, by: 5) { tensor[flat: index] = 0.5 }
      for count in Set([0, 1, size / 3, size / 2, size - 1, size]) {
        check([(tensor, nil)], count, "seed \(seed), \(count) of \(size)")
      }
    }
  }

  @Test func selectingMoreThanSurvivesTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = MagnitudeSelection(smallest: 2, of: [(Tensor(zeros: [1]), nil)])
    }
  }
}
