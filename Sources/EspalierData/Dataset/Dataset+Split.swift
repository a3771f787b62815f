internal import EspalierTensors

extension Dataset {
  /// The samples at the given places, in that order; traps when one is outside. Copies them.
  public func selecting(_ indices: [Int]) -> Dataset {
    let width = featureCount
    func rows<Element>(_ values: [Element], _ width: Int) -> [Element] {
      var chosen: [Element] = []
      chosen.reserveCapacity(indices.count * width)
      for index in indices { chosen += values[index * width..<(index + 1) * width] }
      return chosen
    }
    let chosenSamples: Samples =
      switch samples {
      case .bytes(let bytes, let scale, let offset): .bytes(rows(bytes, width), scale: scale, offset: offset)
      case .floats(let values): .floats(rows(values, width))
      }
    let chosenAnswers: Answers =
      switch answers {
      case .classes(let classes, let count): .classes(rows(classes, 1), count: count)
      case .values(let values, let width): .values(rows(values, width), width: width)
      }
    return Dataset(samples: chosenSamples, sampleShape: sampleShape, answers: chosenAnswers)
  }

  /// Parts the samples in two at random: ⌊share · count⌉ are held out for validation, the others stay for training; both in
  /// their old order, the same for the same seed.
  ///
  /// Decisions such as how far to prune are made on what is held out, so that the test set stays untouched. Traps unless the
  /// share lies in 0…1.
  public func split(holdingOut share: Double, seed: UInt64) -> (training: Dataset, heldOut: Dataset) {
    precondition((0...1).contains(share), "a share lies in 0…1, not \(share)")
    var generator = Xoshiro256(seed: seed)
    let heldOut = Array(0..<count).shuffled(using: &generator).prefix(Int((share * Double(count)).rounded()))
    var isHeldOut = [Bool](repeating: false, count: count)
    for index in heldOut { isHeldOut[index] = true }
    return (
      selecting((0..<count).filter { !isHeldOut[$0] }), selecting((0..<count).filter { isHeldOut[$0] })
    )
  }
}
