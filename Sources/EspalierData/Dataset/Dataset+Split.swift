internal import EspalierTensors

extension Dataset {
  /// Two parts: `count` samples chosen at random, to judge by without looking at the test set, and the rest; both in the
  /// order of the whole. The seed decides which. Both are copied. Traps unless `count` is in 0 … the samples' number.
  public func split(holdingOut count: Int, seed: UInt64) -> (rest: Dataset, heldOut: Dataset) {
    precondition((0...self.count).contains(count), "\(count) of \(self.count) samples cannot be held out")
    var generator = Xoshiro256(seed: seed)
    var isHeldOut = [Bool](repeating: false, count: self.count)
    // Selection sampling (D. Knuth, The Art of Computer Programming 2, 3.4.2 S): each choice of `count` is as likely.
    var needed = count
    for index in isHeldOut.indices
    where Int.random(in: index..<self.count, using: &generator) - index < needed {
      isHeldOut[index] = true
      needed -= 1
    }
    return (
      select(isHeldOut.indices.filter { !isHeldOut[$0] }), select(isHeldOut.indices.filter { isHeldOut[$0] })
    )
  }

  /// The samples at the given positions, in that order, copied; traps on positions that do not exist.
  public func select(_ indices: [Int]) -> Dataset {
    for index in indices {
      precondition((0..<count).contains(index), "sample \(index) outside \(count) samples")
    }
    let samples: Samples =
      switch samples {
      case .bytes(let bytes, let scale, let offset):
        .bytes(rows(of: bytes, indices, width: featureCount), scale: scale, offset: offset)
      case .floats(let floats): .floats(rows(of: floats, indices, width: featureCount))
      }
    let answers: Answers =
      switch answers {
      case .classes(let classes, let classCount): .classes(indices.map { classes[$0] }, count: classCount)
      case .values(let values, let width): .values(rows(of: values, indices, width: width), width: width)
      }
    return Dataset(samples: samples, sampleShape: sampleShape, answers: answers)
  }
}

private func rows<Value>(of values: [Value], _ indices: [Int], width: Int) -> [Value] {
  var chosen: [Value] = []
  chosen.reserveCapacity(indices.count * width)
  for index in indices { chosen += values[index * width..<(index + 1) * width] }
  return chosen
}
