import EspalierTensors
import Testing

@Suite struct ScoreSelectionTests {
  /// What falls is what a stable sort puts first, for all counts of all arrangements of few values, ties and NaN included.
  @Test func fallsInTheOrderOfAStableSort() {
    let values: [Float] = [-2, -0.0, 0.0, 1, .nan, -.infinity]
    for code in 0..<Int(1296) {
      var rest = code
      let scores = (0..<4).map { _ -> Float in
        defer { rest /= 6 }
        return values[rest % 6]
      }
      let order = scores.indices.sorted { (rank(scores[$0]), $0) < (rank(scores[$1]), $1) }
      for count in 0...4 {
        let tensor = Tensor(scores, shape: [4])
        var cut = ScoreSelection(smallest: count, of: [(tensor, nil)])
        var kept = Mask(ones: [4])
        cut.clear(tensor, in: &kept)
        #expect((0..<4).filter { !kept[$0] } == order.prefix(count).sorted(), "\(scores), \(count)")
      }
    }
  }

  /// Over several tensors and under masks: the scores that survive, counted exactly, none above the threshold.
  @Test(arguments: [UInt64(1), 2, 3])
  func cutsSeveralTensorsAtOneThreshold(seed: UInt64) {
    var generator = Xoshiro256(seed: seed)
    let tensors = [1000, 1, 333].map { Tensor(uniform: -1..<1, shape: [$0], using: &generator) }
    let masks = tensors.map { tensor -> Mask? in
      Mask((0..<tensor.count).map { _ in generator.next() % 3 > 0 }, shape: tensor.shape)
    }
    let survivors = masks.reduce(0) { $0 + $1!.survivors }
    for count in [0, 1, survivors / 2, survivors] {
      var cut = ScoreSelection(smallest: count, of: Array(zip(tensors, masks)))
      var left = 0
      for (tensor, mask) in zip(tensors, masks) {
        var kept = mask!
        cut.clear(tensor, in: &kept)
        left += kept.survivors
        for index in 0..<tensor.count where mask![index] && !kept[index] {
          #expect(tensor[flat: index] <= cut.threshold, "seed \(seed)")
        }
        for index in 0..<tensor.count where kept[index] {
          #expect(mask![index] && (count == 0 || tensor[flat: index] >= cut.threshold), "seed \(seed)")
        }
      }
      #expect(left == survivors - count, "seed \(seed)")
    }
  }

  private func rank(_ score: Float) -> Double {
    score.isNaN ? -.infinity : score == -.infinity ? -1e300 : Double(score)
  }
}
