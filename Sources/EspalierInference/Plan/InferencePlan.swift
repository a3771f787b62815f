public import EspalierNetworks
public import EspalierTensors

/// A trained network lowered to the fastest operators for batches of one size, with all memory planned.
///
/// Batch normalisation becomes part of the layer before it where it can (`Network.foldingBatchNorm`), and sparse layers
/// read what they need of an input without a selection before them (`Network.foldingSelections`). For each linear layer
/// one of several operators is chosen: the backend's dense product, or a sparse kernel on the survivors in the layout that
/// suits the batch (see `OperatorKind`); for a convolution, dense products on weights laid out once, or those of the
/// survivors. Samples that would fill vectors in part only may be
/// computed apart: 17 as 16 and 1. Predictions equal the network's own to rounding, for finite inputs; a sample with a NaN or
/// an infinite value may get NaN for every output, as from a dense network with masks, in which 0 · NaN is NaN, even where
/// packed layers are not connected to that input. Other samples do not suffer.
///
///     let plan = InferencePlan(network, batchSize: 1)
///     let logits = plan.predict(image)          // [1, input shape…] → [1, output shape…]
///
/// A plan is immutable and may be used from many threads at once: each call runs on a workspace of its own, taken from
/// those that are idle. Once as many have been made as calls ever ran at once, predicting allocates nothing, on any number of
/// threads. (The one exception is not Espalier's: OpenBLAS has kernels for small dense products, of up to about a million
/// multiplications, that take working memory from the heap. Sparse layers never meet them, and up to twelve samples dense ones
/// do not either under the fixed rule, with AVX2 or AVX-512.)
public final class InferencePlan: Sendable {
  /// Samples a batch.
  public let batchSize: Int
  /// The linear layers and convolutions in the order of the network, with the operators chosen for them; once more for samples that are
  /// computed apart.
  public let layers: [PlannedLayer]

  /// What computes the samples, in their order.
  let shares: [PlanShare]

  /// Lowers a network for batches of `batchSize` samples, computed as the current task computes.
  ///
  /// - Parameter selection: how operators are chosen: by a fixed rule, which is the same wherever the same instruction set
  ///   computes, or by measuring them here.
  /// - Parameter values: the precision in which sparse layers that are computed one sample at a time (`OperatorKind.vector`)
  ///   keep their weights. In `.half` they read 3 bytes a survivor instead of 5, and every weight is rounded to 11 bits; a
  ///   layer with a weight from 65520 on stays in single precision.
  ///
  /// Traps unless the batch holds at least one sample. Costs O(weights), and the time of the measurements. Layers of more than
  /// 65,536 weights and a density below 25 % (10 % with the portable kernels) are never laid out densely, not for a measurement either.
  public convenience init(
    _ network: Network, batchSize: Int, selection: OperatorSelection = .fixed,
    values: SparseVectorLayout.Values = .single
  ) {
    precondition(batchSize > 0, "a batch holds at least one sample, not \(batchSize)")
    self.init(
      selection.keeping(values).shares(
        of: network.foldingBatchNorm().foldingSelections(), batchSize: batchSize, on: .current))
  }

  /// Lowers a network for a batch that is shared out as told, by the fixed rule.
  package convenience init(_ network: Network, split: BatchSplit) {
    self.init(
      OperatorSelection.fixed.shares(
        of: network.foldingBatchNorm().foldingSelections(), split: split, on: .current))
  }

  private init(_ shares: [PlanShare]) {
    self.shares = shares
    layers = shares.flatMap(\.layers)
    batchSize = shares.reduce(0) { $0 + $1.samples }
  }

  /// The outputs of one batch: `inputs` holds `batchSize` samples one after another, `outputs` has room for as many.
  ///
  /// Traps when either has another size. Allocates nothing in the steady state.
  public func predict(_ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>) {
    let (features, answers) = (network.inputShape.reduce(1, *), network.outputShape.reduce(1, *))
    precondition(
      inputs.count == features * batchSize && outputs.count == answers * batchSize,
      "\(inputs.count) inputs and \(outputs.count) outputs: a plan for \(batchSize) samples takes "
        + "\(features * batchSize) and gives \(answers * batchSize)")
    guard let input = inputs.baseAddress, let output = outputs.baseAddress, !inputs.isEmpty, !outputs.isEmpty
    else { return }
    shares.predict(input, into: output)
  }

  /// The outputs for samples [count, input shape…]: [count, output shape…].
  ///
  /// Works in batches of `batchSize`; the last is filled up with zeros. Traps when the samples do not have the network's
  /// input shape.
  public func predict(_ inputs: Tensor) -> Tensor {
    precondition(
      inputs.shape.first != nil && Array(inputs.shape.dropFirst()) == network.inputShape,
      "inputs of shape \(inputs.shape) are not samples of shape \(network.inputShape)")
    let features = network.inputShape.reduce(1, *) * batchSize
    let answers = network.outputShape.reduce(1, *) * batchSize
    let count = inputs.shape[0]
    var batch = Tensor(zeros: [features])
    var results = Tensor(zeros: [answers])
    return Tensor(shape: [count] + network.outputShape) { values in
      for first in stride(from: 0, to: count, by: batchSize) {
        let samples = min(batchSize, count - first)
        batch.fill(from: inputs, at: first / batchSize * features, count: features / batchSize * samples)
        batch.withUnsafeValues { batch in
          results.withUnsafeMutableValues { results in
            predict(batch, into: results)
            let part = results.prefix(answers / batchSize * samples)
            _ = values[(first / batchSize * answers)...].initialize(fromContentsOf: part)
          }
        }
      }
    }
  }

  /// The network as one of the shares computes it.
  var network: Network { shares[0].part.network }
}

extension Tensor {
  /// Takes over `count` values of another tensor from a flat position on; the rest becomes 0.
  fileprivate mutating func fill(from other: Tensor, at position: Int, count: Int) {
    withUnsafeMutableValues { values in
      other.withUnsafeValues { source in
        let part = UnsafeBufferPointer(rebasing: source[position..<position + count])
        _ = values.update(fromContentsOf: part)
        values[count...].update(repeating: 0)
      }
    }
  }
}
