internal import EspalierInference
internal import EspalierNetworks
internal import EspalierTensors

/// What the linear layers of a network skip, from exact zeros on ever more.
struct SkippingLevels {
  /// The levels to try, ascending: shares of inputs.
  static let all = (0..<20).map { Double($0) / 20 }

  /// The nonzero magnitudes of each layer's inputs, ascending, and how many inputs it has.
  private let layers: [String: (magnitudes: [Float], inputs: Int)]
  private let isByCount: Bool

  /// Samples are enough from some hundred on.
  private static let mostSamples = 512

  /// Nil for the ways that have no levels.
  init?(_ skipping: DynamicTuning.Skipping, of network: Network, for samples: Tensor) {
    guard skipping == .threshold || skipping == .largest else { return nil }
    isByCount = skipping == .largest
    let count = min(samples.shape[0], Self.mostSamples)
    let some = samples.withUnsafeValues { values in
      Tensor(
        values.prefix(count * (samples.count / samples.shape[0])), shape: [count] + samples.shape.dropFirst())
    }
    layers = LayerInputs(of: network, for: some).all.mapValues { inputs in
      (inputs.values.map(\.magnitude).filter { $0 > 0 }.sorted(), inputs.shape[1])
    }
  }

  /// What each layer skips at a level.
  func rules(at level: Double) -> [String: ActivationSkipping] {
    layers.mapValues { magnitudes, inputs in
      if isByCount { return .largest(Int(((1 - level) * Double(inputs)).rounded(.up))) }
      let position = Int(level * Double(magnitudes.count))
      return .threshold(position == 0 ? 0 : magnitudes[position - 1])
    }
  }
}
