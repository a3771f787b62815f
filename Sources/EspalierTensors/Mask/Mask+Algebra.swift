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
}
