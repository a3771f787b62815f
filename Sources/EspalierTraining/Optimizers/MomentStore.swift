internal import EspalierNetworks
internal import EspalierTensors

/// What an optimizer keeps of one parameter from step to step.
struct Moments: Sendable {
  /// Steps made so far.
  var steps = 0
  /// The velocity, or the first moment.
  var first: Tensor
  /// The second moment; empty for optimizers without one.
  var second: Tensor
}

/// The moments of a network's parameters, keyed by path: one for each stored value, in the same order.
///
/// Each appears, zeroed, with the parameter's first step. When a parameter has been packed, unpacked or pruned since its
/// last step its moments move with its values: those of survivors are kept, the others are lost.
///
/// Entries stand in the order in which a network visits its parameters, so the usual look-up is one comparison.
struct MomentStore: Sendable {
  private var paths: [ParameterPath] = []
  private var patterns: [SparsePattern?] = []
  private var moments: [Moments] = []
  private let hasSecond: Bool

  /// No moments yet; `hasSecond` says whether the optimizer keeps two of them.
  init(hasSecond: Bool) { self.hasSecond = hasSecond }

  /// Where the moments of the parameter at `path` are, the `position`th that the network visits: ready for its present
  /// stored values; traps when they are those of a parameter of another shape.
  mutating func index(of path: ParameterPath, _ parameter: Parameter, position: Int) -> Int {
    let index = entry(path, parameter, position)
    if patterns[index] !== parameter.pattern { move(index, to: parameter) }
    let count = moments[index].first.count
    precondition(
      count == parameter.storedCount,
      "the moments of \(path) are for \(count) values, not \(parameter.storedCount): reset the optimizer first"
    )
    return index
  }

  /// Lends moments in place.
  mutating func update(at index: Int, _ body: (inout Moments) -> Void) { body(&moments[index]) }

  private mutating func entry(_ path: ParameterPath, _ parameter: Parameter, _ position: Int) -> Int {
    if position < paths.count, paths[position] == path { return position }
    if let index = paths.firstIndex(of: path) { return index }
    paths.append(path)
    patterns.append(parameter.pattern)
    let count = parameter.storedCount
    moments.append(Moments(first: Tensor(zeros: [count]), second: Tensor(zeros: [hasSecond ? count : 0])))
    return paths.count - 1
  }

  private mutating func move(_ index: Int, to parameter: Parameter) {
    let old = patterns[index]
    moments[index].first = parameter.restored(moments[index].first, from: old)
    if hasSecond { moments[index].second = parameter.restored(moments[index].second, from: old) }
    patterns[index] = parameter.pattern
  }
}

extension Parameter {
  /// Numbers that belonged to the stored values under another form of this parameter, under the present one.
  fileprivate func restored(_ numbers: Tensor, from old: SparsePattern?) -> Tensor {
    switch (old, pattern) {
    case (let old?, let new?): return SparseMatrix(old, values: numbers).moved(to: new).values
    case (let old?, nil): return SparseMatrix(old, values: numbers).dense
    case (nil, let new?):
      var matrix = SparseMatrix(zeros: new)
      matrix.pack(numbers.reshaped(to: shape))
      return matrix.values
    case (nil, nil): return numbers
    }
  }
}
