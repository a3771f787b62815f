/// What one repetition of a contender does, to turn its time into a rate.
enum Work {
  /// Floating-point operations of matrix products: with the weights that survive pruning, which must be done, and with
  /// all weights, as if none were pruned.
  case products(surviving: Double, all: Double)
  /// Bytes that must be read or written.
  case bytes(Double)
  /// Nothing that makes a rate.
  case unmeasured

  /// Products without pruned weights.
  static func products(_ operations: Double) -> Work { .products(surviving: operations, all: operations) }
}
