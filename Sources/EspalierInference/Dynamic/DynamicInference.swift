public import EspalierNetworks
public import EspalierTensors
internal import Synchronization

/// A network for one sample at a time, in which each sample decides what is computed.
///
/// Two things save work. *Skipping*: the inputs of a linear layer that ``ActivationSkipping`` leaves out count as 0, and the
/// weights that they would meet are never read; skipping exact zeros changes no result beyond rounding. *Early exit*: after
/// an activation with an ``ExitHead``, a sample whose head is sure enough takes its answer, and the rest of the network is not
/// computed. Each layer skips only where that pays (``DynamicSelection``); elsewhere it is computed as in an `InferencePlan`
/// for one sample.
///
///     let plan = DynamicInference(network, heads: heads, selection: .fixed(samples: typical))
///     let outcome = plan.predict(image, into: logits)
///     outcome.exit                              // the head that answered, or nil
///     outcome.weightsRead                       // of plan.weightCount
///
/// A network that ends in `Softmax` or `LogSoftmax` does so for samples that exit, too. With infinite or NaN weights an
/// input that is skipped differs from one that is 0. A NaN among the inputs is never skipped by its size, and a head that
/// meets one never lets a sample go, so it reaches the outputs as in the network.
///
/// Immutable; may be used from many threads at once: each call runs on memory of its own, taken from what is idle. Once as
/// much has been made as calls ever ran at once, predicting allocates nothing.
public final class DynamicInference: Sendable {
  /// The linear layers of the network in order.
  public let layers: [DynamicLayer]
  /// Those of each head's classifier, the heads in the order in which a sample meets them.
  public let headLayers: [[DynamicLayer]]
  /// The weights that the network has left, without heads, each as often as a sample is multiplied by it: what an
  /// `InferencePlan` on survivors reads for every sample. Convolutions count theirs for every pixel of their outputs.
  public let weightCount: Int

  let body: DynamicPart
  let exits: ExitPlan
  private let finish: ExitFinish
  private let idle = Mutex<[IdleMemory]>([])

  /// Lowers a network, computed as the current task computes.
  ///
  /// - Parameters:
  ///   - heads: early exits, at most one an activation.
  ///   - skipping: which inputs each linear layer skips, by the names of nodes; exact zeros where there is nothing.
  ///   - selection: which layers skip at all.
  ///
  /// Traps when a head does not fit its place, there is no linear layer of a name in `skipping`, or samples do not have
  /// the network's input shape. Costs O(weights), and the time of measurements.
  public init(
    _ network: Network, heads: [ExitHead] = [], skipping: [String: ActivationSkipping] = [:],
    selection: DynamicSelection
  ) {
    for (name, rule) in skipping {
      precondition(
        network.nodes.contains { $0.name == name && $0.layer.linear != nil }, "no linear layer \(name)")
      rule.requireValid()
    }
    selection.requireSamples(of: network.inputShape)
    body = DynamicPart(network, skipping: skipping, selection: selection, on: .current)
    exits = ExitPlan(heads, of: body, selection: selection)
    finish = ExitFinish(of: network)
    layers = body.layers
    headLayers = exits.heads.map(\.part.layers)
    weightCount = body.weightCount
  }

  /// The shape of a sample.
  public var inputShape: [Int] { body.network.inputShape }
  /// The shape of an answer.
  public var outputShape: [Int] { body.network.outputShape }

  /// Computes the answer to one sample and says what it took.
  ///
  /// Traps when either buffer has another size than `inputShape` and `outputShape` say. Allocates nothing in the steady
  /// state.
  @discardableResult
  public func predict(
    _ input: UnsafeBufferPointer<Float>, into output: UnsafeMutableBufferPointer<Float>
  ) -> DynamicOutcome {
    let (features, answers) = (inputShape.reduce(1, *), outputShape.reduce(1, *))
    precondition(
      input.count == features && output.count == answers,
      "\(input.count) inputs and \(output.count) outputs: a sample has \(features) and gets \(answers)")
    guard let samples = input.baseAddress, let answer = output.baseAddress else {
      return DynamicOutcome(exit: nil, weightsRead: 0)
    }
    return withMemory { memory in
      memory.body.input.base.update(from: samples, count: features)
      return run(memory, into: answer)
    }
  }

  /// The answers to samples [count, input shape…], one after another: [count, output shape…]. Traps when the samples do
  /// not have the network's input shape.
  public func predict(_ inputs: Tensor) -> Tensor { outcomes(of: inputs).answers }

  /// The answers to samples as above, with what each took.
  public func outcomes(of inputs: Tensor) -> (answers: Tensor, outcomes: [DynamicOutcome]) {
    precondition(
      inputs.shape.first != nil && Array(inputs.shape.dropFirst()) == inputShape,
      "inputs of shape \(inputs.shape) are not samples of shape \(inputShape)")
    let (count, features, answers) = (
      inputs.shape[0], inputShape.reduce(1, *), outputShape.reduce(1, *)
    )
    var outcomes: [DynamicOutcome] = []
    outcomes.reserveCapacity(count)
    var results = Tensor(zeros: [count] + outputShape)
    inputs.withUnsafeValues { inputs in
      results.withUnsafeMutableValues { results in
        for sample in 0..<count {
          outcomes.append(
            predict(
              UnsafeBufferPointer(rebasing: inputs[sample * features..<(sample + 1) * features]),
              into: UnsafeMutableBufferPointer(rebasing: results[sample * answers..<(sample + 1) * answers])))
        }
      }
    }
    return (results, outcomes)
  }

  /// Runs step after step, and stops at the first head that is sure.
  private func run(_ memory: DynamicMemory, into output: UnsafeMutablePointer<Float>) -> DynamicOutcome {
    var weights = 0
    if let head = exits.head(after: -1), leaves(at: head, memory.body.input.base, memory, output, &weights) {
      return DynamicOutcome(exit: head, weightsRead: weights)
    }
    for step in memory.body.steps {
      weights += body.run(step, memory.active)
      if let head = exits.head(after: step.node),
        leaves(at: head, step.context.output.base, memory, output, &weights)
      {
        return DynamicOutcome(exit: head, weightsRead: weights)
      }
    }
    output.update(from: memory.body.output.base, count: memory.body.output.count)
    return DynamicOutcome(exit: nil, weightsRead: weights)
  }

  /// Asks a head about an activation; writes its answer and returns true where it is sure.
  private func leaves(
    at index: Int, _ activation: UnsafePointer<Float>, _ memory: DynamicMemory,
    _ output: UnsafeMutablePointer<Float>, _ weights: inout Int
  ) -> Bool {
    let logits = logits(of: index, for: activation, memory, &weights)
    guard exits.heads[index].rule.admits(logits, on: body.compute) else { return false }
    finish.write(logits, to: output, on: body.compute)
    return true
  }

  /// Runs a head's classifier on an activation.
  func logits(
    of head: Int, for activation: UnsafePointer<Float>, _ memory: DynamicMemory, _ weights: inout Int
  ) -> MatrixView {
    weights += exits.heads[head].part.run(activation, in: memory.heads[head], memory.active)
    return memory.heads[head].output
  }

  /// Lends idle memory, or new one.
  func withMemory<Result>(_ body: (DynamicMemory) -> Result) -> Result {
    let memory = idle.withLock { $0.popLast() } ?? makeMemory()
    defer { idle.withLock { $0.append(memory) } }
    return body(memory.memory)
  }

  private func makeMemory() -> IdleMemory {
    let parts = exits.heads.map(\.part)
    let inputs = (parts + [body]).map(\.mostInputs).max() ?? 0
    return IdleMemory(
      memory: DynamicMemory(
        body: body.makeMemory(), heads: parts.map { $0.makeMemory() },
        active: ActiveInputs(capacity: inputs)))
  }
}
