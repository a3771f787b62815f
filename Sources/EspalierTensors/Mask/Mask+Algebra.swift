extension Mask {
  /// Keeps what one of the masks keeps; traps when the shapes differ.
  public mutating func formUnion(_ other: Mask) {
    precondition(
      shape == other.shape, "a mask of shape \(shape) cannot be combined with one of shape \(other.shape)")
    withUnsafeMutableWords { mine in
      other.withUnsafeWords { theirs in
        for index in mine.indices { mine[index] |= theirs[index] }
      }
    }
  }

  /// A mask that keeps exactly what this one does not.
  public var complement: Mask {
    var complement = self
    complement.withUnsafeMutableWords { words in
      for index in words.indices { words[index] = ~words[index] }
    }
    return complement
  }

  /// The same bits under another shape of as many elements.
  public func reshaped(to newShape: [Int]) -> Mask {
    guard newShape != shape else { return self }
    var reshaped = Mask(ones: newShape)
    precondition(
      reshaped.count == count, "a mask of shape \(shape) cannot be seen as \(newShape): the counts differ")
    reshaped.withUnsafeMutableWords { words in
      withUnsafeWords { _ = words.update(fromContentsOf: $0) }
    }
    return reshaped
  }
}
