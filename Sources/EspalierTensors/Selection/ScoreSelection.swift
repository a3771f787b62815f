/// Where to cut a set of scores, of either sign, so that exactly the asked number of the smallest falls: everything below a
/// key, and the first so many of those that equal it.
///
/// The order is that of the real numbers; −0 equals +0, and a NaN is smaller than everything. Ties fall in the order of the
/// indices, tensor by tensor. Found by a radix selection over the bits, made ordered as integers: four passes over the
/// scores of 8 bits each. `MagnitudeSelection` does the same for magnitudes, vectorised.
public struct ScoreSelection: Sendable, Hashable {
  private let key: UInt32
  private var ties: Int

  /// The largest score that falls; NaN when nothing but NaNs does.
  public var threshold: Float { Float(orderedKey: key) }

  /// Looks for the cut below which `count` of the surviving scores of all tensors together fall.
  ///
  /// A nil mask keeps everything. Traps when `count` is negative or more than survive.
  public init(smallest count: Int, of tensors: [(scores: Tensor, mask: Mask?)]) {
    let survivors = tensors.reduce(0) { $0 + ($1.mask?.survivors ?? $1.scores.count) }
    precondition(count >= 0 && count <= survivors, "\(count) of \(survivors) scores cannot be selected")
    var prefix: UInt32 = 0
    var rank = count
    for shift in stride(from: UInt32(24), through: 0, by: -8) {
      var histogram = [Int](repeating: 0, count: 256)
      for (scores, mask) in tensors { scores.count(under: prefix, at: shift, mask, into: &histogram) }
      var bin = 0
      while bin < 255, rank > histogram[bin] {
        rank -= histogram[bin]
        bin += 1
      }
      prefix |= UInt32(bin) << shift
    }
    key = prefix
    ties = rank
  }

  /// Clears the bits of what falls in the next tensor, in the order in which the tensors were given.
  public mutating func clear(_ scores: Tensor, in mask: inout Mask) {
    precondition(mask.shape == scores.shape, "a mask of shape \(mask.shape) does not fit \(scores.shape)")
    let key = key
    var left = ties
    mask.withUnsafeMutableWords { words in
      scores.withUnsafeValues { scores in
        for index in scores.indices {
          let bit: UInt64 = 1 << UInt64(index & 63)
          guard words[index >> 6] & bit != 0 else { continue }
          let found = scores[index].orderedKey
          guard found < key || (found == key && left > 0) else { continue }
          if found == key { left -= 1 }
          words[index >> 6] &= ~bit
        }
      }
    }
    ties = left
  }
}

extension Mask {
  /// The places of the `count` largest scores among those that `candidates` keeps (nil: among all), the later place winning
  /// a tie; traps when there are fewer, or the mask does not fit.
  package init(largest count: Int, of scores: Tensor, among candidates: Mask?) {
    self = candidates ?? Mask(ones: scores.shape)
    var cut = ScoreSelection(smallest: survivors - count, of: [(scores, candidates)])
    cut.clear(scores, in: &self)
  }
}

extension Tensor {
  /// Adds to the histogram the next 8 bits, at `shift`, of the surviving keys whose bits above are those of `prefix`.
  fileprivate func count(under prefix: UInt32, at shift: UInt32, _ mask: Mask?, into histogram: inout [Int]) {
    let above: UInt32 = shift == 24 ? 0 : .max << (shift + 8)
    func add(_ words: UnsafeBufferPointer<UInt64>?) {
      withUnsafeValues { values in
        for index in values.indices where words.map({ $0[index >> 6] >> UInt64(index & 63) & 1 == 1 }) ?? true
        {
          let key = values[index].orderedKey
          if key & above == prefix { histogram[Int(key >> shift & 0xFF)] += 1 }
        }
      }
    }
    guard let mask else { return add(nil) }
    mask.withUnsafeWords { add($0) }
  }
}

extension Float {
  /// A number that is ordered as the reals are: 0 for a NaN.
  fileprivate var orderedKey: UInt32 {
    guard !isNaN else { return 0 }
    let bits = self == 0 ? 0 : bitPattern
    return bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
  }

  fileprivate init(orderedKey key: UInt32) {
    self = key == 0 ? .nan : Float(bitPattern: key >> 31 == 1 ? key & 0x7FFF_FFFF : ~key)
  }
}
