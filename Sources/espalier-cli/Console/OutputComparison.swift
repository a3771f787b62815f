import Espalier

/// The outputs of a network and of its compacted form on the same random samples.
struct OutputComparison {
  /// Random samples, uniform in -1..<1.
  static let samples = 64

  /// Of the outputs that are finite.
  private(set) var largestDifference = 0.0
  /// The largest finite output of the network as it was.
  private(set) var largestOutput = 0.0
  /// Outputs that are infinite or NaN in both networks alike.
  private(set) var notFinite = 0

  /// Compares the two; throws where one gives an infinity or a NaN and the other something else.
  init(of network: Network, and smaller: Network, file: String) throws {
    var generator = Xoshiro256(seed: 1)
    let inputs = Tensor(uniform: -1..<1, shape: [Self.samples] + network.inputShape, using: &generator)
    let outputs = zip(network.predict(inputs).values, smaller.predict(inputs).values)
    for (before, after) in outputs {
      if before.isFinite && after.isFinite {
        largestDifference = max(largestDifference, Double((before - after).magnitude))
        largestOutput = max(largestOutput, Double(before.magnitude))
      } else if before == after || before.isNaN && after.isNaN {
        notFinite += 1
      } else {
        throw FormatError(
          file: file, place: "outputs for random samples",
          expected: "the same from what does not matter to them removed, \(before)", found: "\(after)")
      }
    }
  }
}
