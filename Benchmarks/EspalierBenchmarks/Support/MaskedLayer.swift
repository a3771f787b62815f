import Espalier

/// One fully connected layer of square size with its memory, to run its passes alone.
final class MaskedLayer {
  private let layer: Linear
  private let context: LayerContext
  private let memory: [Tensor]

  /// The share of weights that are left.
  var density: Double { layer.weight.density }

  /// A layer with ReLU whose smallest weights are pruned down to `density`; without a mask where that is 1.
  init(size: Int, batch: Int, density: Double, using generator: inout Xoshiro256) {
    var layer = Linear(inputs: size, outputs: size, using: &generator)
    if density < 1 {
      var kept = Mask(ones: layer.weight.shape)
      var cut = MagnitudeSelection(
        smallest: Int(((1 - density) * Double(size * size)).rounded()), of: [(layer.weight.values, nil)])
      cut.clear(layer.weight.values, in: &kept)
      layer.weight.prune(keeping: kept)
    }
    self.layer = layer
    let activations = [size, batch]
    var tensors = [activations, activations, activations, activations, [size, size], [size]].map {
      Tensor(uniform: -1..<1, shape: $0, using: &generator)
    }
    let buffers = tensors.indices.map { index in tensors[index].withUnsafeMutableValues { $0 } }
    let views = buffers.prefix(4).map { MatrixView(base: $0.baseAddress!, rows: size, columns: batch) }
    memory = tensors
    context = LayerContext(
      inputs: [views[0]], output: views[1], outputGradient: views[2], inputGradients: [views[3]],
      parameterGradients: Array(buffers.suffix(2)), fusedActivation: .relu,
      scratch: UnsafeMutableBufferPointer(start: nil, count: 0), isTraining: true)
  }

  func forward(on compute: Compute) { layer.forward(context, on: compute) }
  func backward(on compute: Compute) { layer.backward(context, on: compute) }
}
