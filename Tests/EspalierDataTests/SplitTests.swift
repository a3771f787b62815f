import EspalierData
import Testing

@Suite struct SplitTests {
  private let samples = Dataset(
    samples: .bytes(Array(0..<60), scale: 1, offset: 0), sampleShape: [2],
    answers: .classes(Array(0..<30), count: 30))

  /// Every sample is on one side, with its own answer, and a seed gives the same sides.
  @Test(arguments: [0, 3, 10, 30])
  func partsTheSamples(count: Int) {
    let (training, heldOut) = samples.split(holdingOut: count, seed: 4)
    #expect(heldOut.count == count && training.count == 30 - count)
    #expect((classes(training) + classes(heldOut)).sorted() == Array(0..<30))
    for part in [training, heldOut] {
      guard case .bytes(let bytes, _, _) = part.samples else { return #expect(Bool(false)) }
      #expect(bytes == classes(part).flatMap { [UInt8(2 * $0), UInt8(2 * $0 + 1)] })
    }
    #expect(classes(samples.split(holdingOut: count, seed: 4).heldOut) == classes(heldOut))
  }

  @Test func seedsDiffer() {
    #expect(
      classes(samples.split(holdingOut: 15, seed: 1).heldOut)
        != classes(samples.split(holdingOut: 15, seed: 2).heldOut))
  }

  @Test func valuesGoWithTheirSamples() {
    let values = Dataset(
      samples: .floats([0, 1, 2]), sampleShape: [1], answers: .values([0, 0, 10, 10, 20, 20], width: 2)
    ).select([2, 0])
    guard case .floats(let chosen) = values.samples, case .values(let answers, 2) = values.answers else {
      return #expect(Bool(false))
    }
    #expect(chosen == [2, 0] && answers == [20, 20, 0, 0])
  }

  private func classes(_ dataset: Dataset) -> [Int32] {
    guard case .classes(let classes, _) = dataset.answers else { return [] }
    return classes
  }
}
