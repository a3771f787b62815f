public import EspalierTensors

/// The gradients of a network's parameters: one number for each stored value of a parameter, in the order of the nodes.
///
/// Belongs to one training at a time; not `Sendable`. Outside the mask of a dense parameter stand the gradients that its
/// pruned values would have; optimizers do not read them, and `gradient(of:in:)` gives 0 there.
public final class ParameterGradients {
  private let arena: Tensor
  private let base: UnsafeMutablePointer<Float>
  private let slots: [Slot]

  private struct Slot {
    let path: ParameterPath
    let offset: Int
    let count: Int
  }

  /// Zeroed gradients for the parameters of `network`.
  public init(for network: Network) {
    var total = 0
    slots = network.parameters.map { path, parameter in
      defer { total += (parameter.storedCount + 15) / 16 * 16 }
      return Slot(path: path, offset: total, count: parameter.storedCount)
    }
    var tensor = Tensor(zeros: [total])
    base = tensor.withUnsafeMutableValues { $0.baseAddress! }
    arena = tensor
  }

  /// How many parameters there are.
  public var count: Int { slots.count }

  /// The buffer of the parameter at a position in the order of the nodes.
  public subscript(index: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base + slots[index].offset, count: slots[index].count)
  }

  /// Where the gradient of `parameter` is, the `index`th of its network; traps when it stores another number of values.
  public func base(at index: Int, for parameter: Parameter) -> UnsafePointer<Float> {
    precondition(
      slots[index].count == parameter.storedCount,
      "\(slots[index].path) stores \(parameter.storedCount) values, its gradient \(slots[index].count)")
    return UnsafePointer(base + slots[index].offset)
  }

  /// Traps unless these are gradients for a network of this one's parameters.
  func requireFit(_ network: Network) {
    let parameters = network.parameters
    precondition(
      slots.map(\.path) == parameters.map(\.path)
        && slots.map(\.count) == parameters.map(\.parameter.storedCount),
      "gradients for \(slots.map { "\($0.path)" }) do not fit \(parameters.map { "\($0.path)" })")
  }

  /// The gradient of one parameter by all its values, 0 wherever it is pruned; nil if the network has no such parameter.
  ///
  /// Traps when the parameter's stored values are no longer those that the gradients were planned for.
  public func gradient(of path: ParameterPath, in network: Network) -> Tensor? {
    guard let index = slots.firstIndex(where: { $0.path == path }), let parameter = network[path] else {
      return nil
    }
    let stored = UnsafeBufferPointer(start: base(at: index, for: parameter), count: parameter.storedCount)
    return parameter.unpacked(Tensor(stored, shape: [stored.count]))
  }
}
