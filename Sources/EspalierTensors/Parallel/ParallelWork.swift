/// Work in numbered parts, each of which may run on a thread of its own.
///
/// A value rather than a closure: a closure that outlives the call it is handed to is a box on the heap, and operations of
/// the engine allocate nothing.
protocol ParallelWork {
  /// Does one part.
  func run(part: Int)

  /// Does one part of the work of this type that lies at an address.
  static func run(part: Int, ofWorkAt address: UnsafeRawPointer)
}

extension ParallelWork {
  static func run(part: Int, ofWorkAt address: UnsafeRawPointer) {
    address.assumingMemoryBound(to: Self.self).pointee.run(part: part)
  }
}

/// A closure that is called with the number of each part.
struct ClosureWork: ParallelWork {
  let body: (Int) -> Void

  func run(part: Int) { body(part) }
}

/// Consecutive ranges of a count, with what a range needs to be computed.
struct RangeWork<Operands>: ParallelWork {
  let count: Int
  let grain: Int
  let parts: Int
  let operands: Operands
  let body: (Operands, Range<Int>) -> Void

  func run(part: Int) {
    let grains = (count + grain - 1) / grain
    let first = grains * part / parts * grain
    let last = min(grains * (part + 1) / parts * grain, count)
    if first < last { withoutDenormals { body(operands, first..<last) } }
  }
}
