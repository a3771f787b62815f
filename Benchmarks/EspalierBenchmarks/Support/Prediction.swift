import Espalier

/// A network lowered for inference, with the memory of one batch: samples in, outputs back, as a caller sees it.
final class Prediction {
  private let plan: InferencePlan
  private let inputs: Tensor
  private var outputs: Tensor
  /// Floating-point operations on survivors, and on all weights.
  let work: Work

  /// Plans the network by measuring its operators; `inputs` is [batch, features].
  init(_ network: Network, inputs: Tensor, on compute: Compute) {
    let batch = inputs.shape[0]
    plan = ThreadCount.$current.withValue(compute.threads) {
      InferencePlan(network, batchSize: batch, selection: .calibrated())
    }
    self.inputs = inputs
    outputs = Tensor(zeros: [batch, network.outputShape.reduce(1, *)])
    let weights = network.parameters.filter { $0.parameter.role == .weight }
    work = .products(
      surviving: 2 * Double(batch) * weights.reduce(0) { $0 + Double($1.parameter.survivors) },
      all: 2 * Double(batch) * weights.reduce(0) { $0 + Double($1.parameter.count) })
  }

  /// The operators chosen for the layers, such as `dense` or `packed, packed, dense`.
  var operators: String { plan.layers.map(\.kind.rawValue).joined(separator: ", ") }

  func run() {
    inputs.withUnsafeValues { inputs in outputs.withUnsafeMutableValues { plan.predict(inputs, into: $0) } }
  }

  /// The prediction as a side of a comparison, called after its operators and what else is to be said; `eviction` makes
  /// the weights cold before every call.
  func contender(_ remark: String = "", after eviction: CacheEviction? = nil) -> Contender {
    Contender(operators + remark, work, after: eviction, run).giving {
      self.run()
      return self.outputs.values
    }
  }
}
