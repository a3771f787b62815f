import Espalier

/// The matrix products that fully connected layers cannot do without.
struct LayerProducts {
  let inputs: Int
  let outputs: Int
  let batch: Int

  /// Floating-point operations of one of the layer's three products, dense.
  var operations: Double { 2 * Double(inputs) * Double(outputs) * Double(batch) }

  /// Y = W · X
  func forward(using generator: inout Xoshiro256) -> ProductBuffers {
    ProductBuffers(outputs, batch, inputs, .plain, using: &generator)
  }

  /// dW = dY · Xᵀ
  func weightGradient(using generator: inout Xoshiro256) -> ProductBuffers {
    ProductBuffers(outputs, inputs, batch, .transposedB, using: &generator)
  }

  /// dX = Wᵀ · dY
  func inputGradient(using generator: inout Xoshiro256) -> ProductBuffers {
    ProductBuffers(inputs, batch, outputs, .transposedA, using: &generator)
  }

  /// The layers of a perceptron.
  static func perceptron(_ sizes: [Int], batch: Int) -> [LayerProducts] {
    zip(sizes, sizes.dropFirst()).map { LayerProducts(inputs: $0, outputs: $1, batch: batch) }
  }
}

extension [LayerProducts] {
  /// The products of one training step: three a layer, but nobody uses the gradient by the network's input.
  func trainingProducts(using generator: inout Xoshiro256) -> [ProductBuffers] {
    map { $0.forward(using: &generator) } + map { $0.weightGradient(using: &generator) }
      + dropFirst().map { $0.inputGradient(using: &generator) }
  }

  /// Their floating-point operations.
  var trainingOperations: Double {
    3 * reduce(0) { $0 + $1.operations } - (first?.operations ?? 0)
  }
}
