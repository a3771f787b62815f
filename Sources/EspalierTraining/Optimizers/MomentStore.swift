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

/// The moments of a network's parameters, keyed by path; each appears, zeroed, with the parameter's first step.
///
/// Entries stand in the order in which a network visits its parameters, so the usual look-up is one comparison.
struct MomentStore: Sendable {
  private var paths: [ParameterPath] = []
  private var moments: [Moments] = []
  private let hasSecond: Bool

  /// No moments yet; `hasSecond` says whether the optimizer keeps two of them.
  init(hasSecond: Bool) { self.hasSecond = hasSecond }

  /// Lends the moments of the parameter at `path`, the `position`th that the network visits, in place.
  mutating func update(
    _ path: ParameterPath, position: Int, count: Int, _ body: (inout Moments) -> Void
  ) {
    body(&moments[index(of: path, position: position, count: count)])
  }

  private mutating func index(of path: ParameterPath, position: Int, count: Int) -> Int {
    if position < paths.count, paths[position] == path { return position }
    if let index = paths.firstIndex(of: path) { return index }
    paths.append(path)
    moments.append(Moments(first: Tensor(zeros: [count]), second: Tensor(zeros: [hasSecond ? count : 0])))
    return paths.count - 1
  }
}
