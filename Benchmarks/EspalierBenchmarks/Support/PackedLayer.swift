import Espalier

/// The weights of one pruned layer, packed and dense, and activations for its three products.
final class PackedLayer {
  /// One of the products of a layer.
  enum Product: String {
    case forward = "W·X"
    case weightGradient = "dY·Xᵀ at survivors"
    case inputGradient = "Wᵀ·dY"
  }

  private let matrix: SparseMatrix
  private let pattern: SparsePattern
  private let mask: Mask
  private let values, w, dw, packedGradient, x, y, dx, dy: Buffer
  private let scratch: Buffer
  /// The floating-point operations of one product.
  let work: Work

  init(
    _ shape: LayerShape, batch: Int, sparsity: Double, on compute: Compute, using generator: inout Xoshiro256
  ) {
    var network = Network.pruned(sizes: [shape.inputs, shape.outputs], sparsity: sparsity, using: &generator)
    w = Buffer(network.parameters[0].parameter.values)
    network.pack(upTo: 1)
    let packed = network.parameters[0].parameter.packed!
    matrix = packed
    pattern = packed.pattern
    mask = pattern.mask
    values = Buffer(packed.values)
    packedGradient = Buffer(Tensor(zeros: [pattern.slots]))
    dw = Buffer(Tensor(zeros: [shape.outputs, shape.inputs]))
    x = Buffer(Tensor(uniform: -1..<1, shape: [shape.inputs, batch], using: &generator))
    dy = Buffer(Tensor(uniform: -1..<1, shape: [shape.outputs, batch], using: &generator))
    y = Buffer(Tensor(zeros: [shape.outputs, batch]))
    dx = Buffer(Tensor(zeros: [shape.inputs, batch]))
    let needed = pattern.scratchCount(batch: batch, threads: compute.threads, inputGradient: true)
    scratch = Buffer(Tensor(zeros: [max(needed, 1)]))
    let perWeight = 2 * Double(batch)
    work = .products(
      surviving: perWeight * Double(pattern.survivors),
      all: perWeight * Double(shape.outputs) * Double(shape.inputs))
  }

  /// The product with the survivors as a side of a comparison; `eviction` makes the weights cold before every call.
  func packed(_ product: Product, on compute: Compute, after eviction: CacheEviction?) -> Contender {
    side("packed", eviction) {
      self.multiplyPacked(product, on: compute)
    } result: {
      switch product {
      case .forward: self.y.tensor.values
      case .inputGradient: self.dx.tensor.values
      case .weightGradient: SparseMatrix(self.pattern, values: self.packedGradient.tensor).rowMajorValues
      }
    }
  }

  /// The forward product in the layout that plans use for the batch.
  func planned(on compute: Compute, after eviction: CacheEviction?) -> Contender {
    let layout = BatchLayout(matrix, batch: x.matrix.columns, on: compute)
    return side(layout.name, eviction) {
      layout.multiply(by: self.x, into: self.y, on: compute)
    } result: {
      self.y.tensor.values
    }
  }

  /// The product with all weights on the backend.
  func dense(_ product: Product, on compute: Compute, after eviction: CacheEviction?) -> Contender {
    side("dense \(compute.backend.rawValue)", eviction) {
      self.multiplyDense(product, on: compute)
    } result: {
      switch product {
      case .forward: self.y.tensor.values
      case .inputGradient: self.dx.tensor.values
      case .weightGradient:
        SparseMatrix(self.dw.tensor.reshaped(to: self.mask.shape), mask: self.mask).rowMajorValues
      }
    }
  }

  private func side(
    _ name: String, _ eviction: CacheEviction?, _ multiply: @escaping () -> Void,
    result: @escaping () -> [Float]
  ) -> Contender {
    Contender(name, work, after: eviction, multiply).giving {
      multiply()
      return result()
    }
  }

  private func multiplyPacked(_ product: Product, on compute: Compute) {
    switch product {
    case .forward:
      compute.multiply(
        pattern, values: values.base, by: x.matrix, bias: nil, activation: nil, into: y.matrix,
        scratch: scratch.base)
    case .inputGradient:
      compute.multiply(
        transposed: pattern, values: values.base, by: dy.matrix, into: dx.matrix, scratch: scratch.base)
    case .weightGradient:
      compute.sampledProduct(
        dy.matrix, x.matrix, pattern, into: packedGradient.base, scratch: scratch.base)
    }
  }

  private func multiplyDense(_ product: Product, on compute: Compute) {
    switch product {
    case .forward: compute.multiply(w.matrix, by: x.matrix, into: y.matrix)
    case .inputGradient: compute.multiply(transposed: w.matrix, by: dy.matrix, into: dx.matrix)
    case .weightGradient: compute.multiply(dy.matrix, byTransposed: x.matrix, into: dw.matrix)
    }
  }
}
