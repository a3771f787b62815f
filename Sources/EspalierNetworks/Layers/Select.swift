public import EspalierTensors

/// Some channels of its input, by their indices along the first axis: y[j] = x[indices[j]].
///
/// What compaction puts behind an input of which later layers read only a part. Costs one copy of what is selected.
public struct Select: Layer {
  /// Name in files.
  public static let kind = "select"
  /// The channels, strictly ascending.
  public let indices: [Int]

  /// The given channels; traps unless there is one and they ascend strictly from 0 or more.
  public init(_ indices: [Int]) {
    precondition(Self.areValid(indices), "\(indices) are not ascending indices")
    self.indices = indices
  }

  private static func areValid(_ indices: [Int]) -> Bool {
    guard let first = indices.first, first >= 0 else { return false }
    return zip(indices, indices.dropFirst()).allSatisfy(<)
  }

  /// What makes the layer again.
  public struct Configuration: Codable, Sendable, Hashable { let indices: [Int] }
  /// The indices.
  public var configuration: Configuration { Configuration(indices: indices) }

  /// Throws where the initializer traps.
  public init(configuration: Configuration, parameters: inout any ParameterSource) throws {
    guard Self.areValid(configuration.indices) else {
      throw InvalidConfiguration(
        layer: Self.kind, expected: "ascending indices, at least one",
        found: "\(configuration.indices.count) others")
    }
    indices = configuration.indices
  }

  /// [channels, …] → [indices, …]
  public func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    let shape = try onlyInput(of: inputs)
    guard let channels = shape.first, indices.last! < channels else {
      throw ShapeMismatch(
        layer: Self.kind, expected: "input of at least \(indices.last! + 1) channels", found: "\(shape)")
    }
    return [indices.count] + shape.dropFirst()
  }

  /// Copies the selected channels.
  public func forward(_ context: LayerContext, on compute: Compute) {
    let length = context.output.values.count / indices.count
    guard length > 1 else {
      for (place, index) in indices.enumerated() { context.output.base[place] = context.input.base[index] }
      return
    }
    forEachChannel(of: context.input, context.output) { input, output in
      output.update(from: input, count: length)
    }
  }

  /// dx[indices[j]] = dy[j], and 0 elsewhere.
  public func backward(_ context: LayerContext, on compute: Compute) {
    guard let dx = context.inputGradients[0] else { return }
    dx.values.update(repeating: 0)
    forEachChannel(of: dx, context.outputGradient) { input, output in
      input.update(from: output, count: context.output.values.count / indices.count)
    }
  }

  /// Visits where each selected channel is in the input and in the output.
  private func forEachChannel(
    of input: MatrixView, _ output: MatrixView,
    _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    let length = output.values.count / indices.count
    for (place, index) in indices.enumerated() {
      body(input.base + index * length, output.base + place * length)
    }
  }
}
