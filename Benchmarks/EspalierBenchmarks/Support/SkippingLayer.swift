import Espalier

/// One linear layer for one sample, some of whose inputs are 0.
final class SkippingLayer {
  private let network: Network
  private let input: Tensor

  /// A random layer, its smallest weights pruned, and inputs of which the given share is not 0.
  init(_ shape: LayerShape, sparsity: Double, active: Double, using generator: inout Xoshiro256) {
    var network = Network.pruned(sizes: [shape.inputs, shape.outputs], sparsity: sparsity, using: &generator)
    if sparsity == 0 { network = network.withoutMasks }
    self.network = network
    let values = (0..<shape.inputs).map { _ in
      Double.random(in: 0..<1, using: &generator) < active ? Float.random(in: 0..<1, using: &generator) : 0
    }
    input = Tensor(values, shape: [1, shape.inputs])
  }

  /// Reads the columns of inputs that are not 0.
  var skipping: Contender {
    let plan = DynamicInference(network, selection: .always)
    return side(plan.layers[0].operation.description) { plan.predict($0, into: $1) }
  }

  /// Reads all weights, by the fastest operator.
  var whole: Contender {
    let plan = InferencePlan(network, batchSize: 1, selection: .calibrated())
    return side(plan.layers[0].kind.rawValue) { plan.predict($0, into: $1) }
  }

  private func side(
    _ name: String,
    _ predict: @escaping (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void
  ) -> Contender {
    let input = input
    var output = Tensor(zeros: network.outputShape)
    func run() { input.withUnsafeValues { input in output.withUnsafeMutableValues { predict(input, $0) } } }
    return Contender(name, .unmeasured, run).giving {
      run()
      return output.values
    }
  }
}
