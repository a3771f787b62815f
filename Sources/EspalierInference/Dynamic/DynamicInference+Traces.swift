package import EspalierTensors

/// What a sample would meet on its way through a dynamic network if no head let it go: what thresholds are chosen from.
package struct ExitTrace: Sendable {
  /// One head, or the network's own end.
  package struct Stop: Sendable {
    /// The weights of the body that were read up to here.
    package let bodyWeights: Int
    /// The weights of this head alone.
    package let headWeights: Int
    /// What the head's rule measures; 0 for the network's own end.
    package let confidence: Float
    /// The position of the largest answer, the lowest winning ties.
    package let answer: Int

    package init(bodyWeights: Int, headWeights: Int, confidence: Float, answer: Int) {
      (self.bodyWeights, self.headWeights) = (bodyWeights, headWeights)
      (self.confidence, self.answer) = (confidence, answer)
    }
  }

  /// The heads in the order in which a sample meets them, then the network's own end.
  package let stops: [Stop]

  package init(stops: [Stop]) { self.stops = stops }
}

extension DynamicInference {
  /// Runs samples [count, input shape…] through all heads that have a finite threshold and to the network's end.
  package func traces(of inputs: Tensor) -> [ExitTrace] {
    let features = inputShape.reduce(1, *)
    return inputs.withUnsafeValues { values in
      (0..<inputs.shape[0]).map { sample in
        withMemory { memory in
          memory.body.input.base.update(from: values.baseAddress! + sample * features, count: features)
          return trace(memory)
        }
      }
    }
  }

  private func trace(_ memory: DynamicMemory) -> ExitTrace {
    var (weights, stops) = (0, [ExitTrace.Stop]())
    func ask(_ head: Int?, about activation: UnsafePointer<Float>) {
      guard let head else { return }
      var own = 0
      let logits = logits(of: head, for: activation, memory, &own)
      stops.append(
        ExitTrace.Stop(
          bodyWeights: weights, headWeights: own,
          confidence: exits.heads[head].rule.confidence(in: logits, on: body.compute),
          answer: logits.largestRow(0)))
    }
    ask(exits.head(after: -1), about: memory.body.input.base)
    for step in memory.body.steps {
      weights += body.run(step, memory.active)
      ask(exits.head(after: step.node), about: step.context.output.base)
    }
    stops.append(
      ExitTrace.Stop(
        bodyWeights: weights, headWeights: 0, confidence: 0, answer: memory.body.output.largestRow(0)))
    return ExitTrace(stops: stops)
  }
}
