internal import EspalierTensors

extension Mask {
  /// The places of the `count` largest scores among those that `candidates` keeps (nil: among all), the later place winning
  /// a tie; traps when there are fewer.
  ///
  /// Any numbers, also negative ones; a NaN counts as the smallest. Found by a radix selection in four passes over the
  /// scores, without a sort.
  init(largest count: Int, of scores: UnsafeBufferPointer<Float>, among candidates: Mask?, shape: [Int]) {
    let available = candidates?.survivors ?? scores.count
    precondition(count >= 0 && count <= available, "\(count) of \(available) scores cannot be selected")
    let cut = ScoreCut(smallest: available - count, of: scores, among: candidates)
    var ties = cut.ties
    self = candidates ?? Mask(ones: shape)
    withUnsafeMutableWords { words in
      for index in scores.indices where words[index >> 6] >> UInt64(index & 63) & 1 == 1 {
        let key = scores[index].orderedKey
        guard key < cut.key || (key == cut.key && ties > 0) else { continue }
        if key == cut.key { ties -= 1 }
        words[index >> 6] &= ~(1 << UInt64(index & 63))
      }
    }
  }
}

/// Everything below a key falls, and the first so many of those that equal it.
private struct ScoreCut {
  private(set) var key: UInt32 = 0
  private(set) var ties: Int

  init(smallest count: Int, of scores: UnsafeBufferPointer<Float>, among candidates: Mask?) {
    ties = count
    for shift in stride(from: UInt32(24), through: 0, by: -8) {
      let histogram = Self.histogram(scores, candidates, prefix: key, shift: shift)
      var bin = 0
      while bin < 255, ties > histogram[bin] {
        ties -= histogram[bin]
        bin += 1
      }
      key = key << 8 | UInt32(bin)
    }
  }

  /// How many candidates' keys begin with `prefix` and go on with each byte.
  private static func histogram(
    _ scores: UnsafeBufferPointer<Float>, _ candidates: Mask?, prefix: UInt32, shift: UInt32
  ) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    func count(_ index: Int) {
      let key = scores[index].orderedKey
      if UInt64(key) >> UInt64(shift + 8) == UInt64(prefix) { counts[Int(key >> shift & 255)] += 1 }
    }
    guard let candidates else {
      scores.indices.forEach(count)
      return counts
    }
    candidates.withUnsafeWords { words in
      for index in scores.indices where words[index >> 6] >> UInt64(index & 63) & 1 == 1 { count(index) }
    }
    return counts
  }
}

extension Float {
  /// A key that is ordered as an integer as numbers are; −0 equals 0, and a NaN is the smallest.
  fileprivate var orderedKey: UInt32 {
    if isNaN { return 0 }
    let bits = self == 0 ? 0 : bitPattern
    return bits >> 31 == 1 ? ~bits : bits | 1 << 31
  }
}
