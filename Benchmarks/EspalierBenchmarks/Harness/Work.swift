/// What one repetition of a contender does, to turn its time into a rate.
enum Work {
  /// Floating-point operations of matrix products: those really done, and those the same products take when no weight
  /// is pruned.
  case products(done: Double, dense: Double)
  /// Bytes that must be read or written.
  case bytes(Double)
  /// Nothing that makes a rate.
  case unmeasured

  /// Dense products.
  static func products(_ operations: Double) -> Work { .products(done: operations, dense: operations) }
}
