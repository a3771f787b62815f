public import EspalierData
public import EspalierNetworks
internal import EspalierTensors

/// How well a network answers a data set.
public struct Evaluation: Sendable, Hashable, Codable {
  /// The mean loss over the samples.
  public let loss: Double
  /// The share of samples whose largest output is the right class, in 0…1; 0 for regression.
  public let accuracy: Double
  /// How many samples of class r were answered with class c: row r, column c. Empty for regression.
  public let confusion: [[Int]]
  /// The samples evaluated.
  public let samples: Int
}

extension Network {
  /// Evaluates the network on a data set, in batches, without dropout.
  ///
  /// Traps when the samples do not have the network's input shape, or there are fewer outputs than classes.
  public func evaluate(on dataset: Dataset, loss: any Loss = CrossEntropy(), batchSize: Int = 256)
    -> Evaluation
  {
    var evaluator = Evaluator(self, dataset: dataset, loss: loss, batchSize: batchSize)
    return evaluator.evaluate(self)
  }
}

/// The memory to evaluate one structure of network again and again on one data set.
struct Evaluator {
  private let dataset: Dataset
  private let indices: [Int32]
  private var batches: [BatchMemory]
  private let loss: any Loss

  init(_ network: Network, dataset: Dataset, loss: any Loss, batchSize: Int) {
    dataset.requireFit(network)
    self.dataset = dataset
    self.loss = loss
    indices = Array(0..<Int32(dataset.count))
    batches = BatchMemory.forEpoch(
      of: network, samples: dataset.count, batchSize: batchSize, purpose: .inference, loss: loss)
  }

  mutating func evaluate(_ network: Network, on compute: Compute = .current) -> Evaluation {
    var total = BatchLoss(sum: 0, correct: 0)
    let classes = dataset.classCount
    var confusion = [[Int]](repeating: [Int](repeating: 0, count: classes ?? 0), count: classes ?? 0)
    indices.withUnsafeBufferPointer { indices in
      var first = 0
      while first < indices.count {
        let memory = batches.memory(for: indices.count - first)
        let batch = UnsafeBufferPointer(rebasing: indices[first..<first + memory.workspace.batchSize])
        first += batch.count
        memory.load(batch, from: dataset, on: compute)
        memory.present()
        network.forward(in: memory.workspace, on: compute)
        let found = loss.evaluate(memory.workspace.output, memory.targets, gradient: nil, on: compute)
        total.sum += found.sum
        total.correct += found.correct
        guard case .classes(let labels, let count) = dataset.answers else { continue }
        for (column, index) in batch.enumerated() {
          let answer = memory.workspace.output.largestRow(column)
          if answer < count { confusion[Int(labels[Int(index)])][answer] += 1 }
        }
      }
    }
    let samples = Double(max(dataset.count, 1))
    return Evaluation(
      loss: total.sum / samples, accuracy: classes == nil ? 0 : Double(total.correct) / samples,
      confusion: confusion,
      samples: dataset.count)
  }
}
