import Espalier

/// One fully connected layer of square size with its memory, to run its passes alone.
final class MaskedLayer {
  /// How pruned weights are kept.
  enum Storage: String {
    /// All weights, zeros where they are pruned.
    case dense
    /// Survivors only.
    case packed
  }

  private let layer: Linear
  private let context: LayerContext
  private let memory: [Tensor]

  /// The share of weights that are left.
  var density: Double { layer.weight.density }

  /// A layer with ReLU whose smallest weights are pruned down to `density`; without a mask where that is 1.
  init(size: Int, batch: Int, density: Double, _ storage: Storage, using generator: inout Xoshiro256) {
    var layer = Linear(inputs: size, outputs: size, using: &generator)
    if density < 1 { layer.weight.keepLargest(density) }
    if storage == .packed { layer.weight.pack() }
    self.layer = layer
    let scratch = layer.scratchCount(inputs: [[size]], batchSize: batch, training: true, inputGradient: true)
    let shapes =
      [[Int]](repeating: [size, batch], count: 4) + [[layer.weight.storedCount], [size], [scratch]]
    var tensors = shapes.map { Tensor(uniform: -1..<1, shape: $0, using: &generator) }
    let buffers = tensors.indices.map { index in tensors[index].withUnsafeMutableValues { $0 } }
    let views = buffers.prefix(4).map { MatrixView(base: $0.baseAddress!, rows: size, columns: batch) }
    memory = tensors
    context = LayerContext(
      inputShapes: [[size]], outputShape: [size],
      inputs: [views[0]], output: views[1], outputGradient: views[2], inputGradients: [views[3]],
      parameterGradients: [buffers[4], buffers[5]], fusedActivation: .relu, scratch: buffers[6],
      isTraining: true)
  }

  func forward(on compute: Compute) { layer.forward(context, on: compute) }
  func backward(on compute: Compute) { layer.backward(context, on: compute) }
}

extension Parameter {
  /// Prunes the smallest magnitudes until the given share is left.
  fileprivate mutating func keepLargest(_ density: Double) {
    var kept = Mask(ones: shape)
    let pruned = Int(((1 - density) * Double(count)).rounded())
    var cut = MagnitudeSelection(smallest: pruned, of: [(values, nil)])
    cut.clear(values, in: &kept)
    prune(keeping: kept)
  }
}
