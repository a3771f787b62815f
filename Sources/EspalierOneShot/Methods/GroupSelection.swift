extension UnsafeMutablePointer<Bool> {
  /// Of the members of a group that are left, the dearest stay; of equal ones the last.
  @inline(__always)
  func keepLargest(_ count: Int, in group: Range<Int>, by cost: (Int) -> Float) {
    var left = group.count { self[$0] }
    while left > count {
      var worst = -1
      for member in group where self[member] {
        if worst < 0 || cost(member) < cost(worst) { worst = member }
      }
      self[worst] = false
      left -= 1
    }
  }
}
