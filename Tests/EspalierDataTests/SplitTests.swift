import EspalierData
import Testing

@Suite struct SplitTests {
  private func numbered(_ count: Int) -> Dataset {
    Dataset(
      samples: .floats((0..<count).flatMap { [Float($0), Float(-$0)] }), sampleShape: [2],
      answers: .classes((0..<count).map { Int32($0 % 7) }, count: 7))
  }

  /// The numbers of a numbered data set's samples; checks that rows and classes stayed together.
  private func numbers(_ dataset: Dataset) -> [Int] {
    guard case .floats(let values) = dataset.samples, case .classes(let classes, 7) = dataset.answers else {
      Issue.record("another kind of samples")
      return []
    }
    let numbers = stride(from: 0, to: values.count, by: 2).map { Int(values[$0]) }
    #expect(
      values == numbers.flatMap { [Float($0), Float(-$0)] } && classes == numbers.map { Int32($0 % 7) })
    return numbers
  }

  @Test(arguments: [0, 1, 37, 99, 100]) func everySampleIsInOnePart(count: Int) {
    let (rest, heldOut) = numbered(100).split(holdingOut: count, seed: 4)
    let (left, right) = (numbers(rest), numbers(heldOut))
    #expect(right.count == count && Set(left + right).count == 100)
    #expect(left == left.sorted() && right == right.sorted())
  }

  @Test func theSeedDecides() {
    let all = numbered(100)
    let first = numbers(all.split(holdingOut: 30, seed: 1).heldOut)
    #expect(numbers(all.split(holdingOut: 30, seed: 1).heldOut) == first)
    #expect(numbers(all.split(holdingOut: 30, seed: 2).heldOut) != first)
  }

  @Test func everySampleIsAsLikely() {
    let all = numbered(20)
    var times = [Int](repeating: 0, count: 20)
    for seed in 0..<2000 {
      for number in numbers(all.split(holdingOut: 5, seed: UInt64(seed)).heldOut) { times[number] += 1 }
    }
    // 500 expected of each, standard deviation √(2000 · ¼ · ¾) = 19.4: five of those.
    #expect(times.allSatisfy { abs($0 - 500) < 97 }, "\(times)")
  }

  @Test func bytesAndValuesAreSelectedToo() {
    let bytes = Dataset(
      samples: .bytes([0, 1, 2, 3, 4, 5], scale: 2, offset: 1), sampleShape: [2],
      answers: .values([0, 10, 20, 30, 40, 50, 60, 70, 80], width: 3))
    let chosen = bytes.select([2, 0, 2])
    guard case .bytes(let pixels, scale: 2, offset: 1) = chosen.samples,
      case .values(let values, width: 3) = chosen.answers
    else {
      Issue.record("\(chosen)")
      return
    }
    #expect(pixels == [4, 5, 0, 1, 4, 5] && values == [60, 70, 80, 0, 10, 20, 60, 70, 80])
  }

  @Test func whatIsNotThereTraps() async {
    await #expect(processExitsWith: .failure) {
      let one = Dataset(samples: .floats([1]), sampleShape: [1], answers: .classes([0], count: 1))
      _ = one.split(holdingOut: 2, seed: 1)
    }
    await #expect(processExitsWith: .failure) {
      let one = Dataset(samples: .floats([1]), sampleShape: [1], answers: .classes([0], count: 1))
      _ = one.select([1])
    }
  }
}
