import EspalierData
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

/// Evaluations against what one computes by hand, in batches that leave a remainder.
@Suite struct EvaluationTests {
  /// The outputs are the samples.
  private static let identity = Network(input: [3]) {
    Linear(weight: Tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], shape: [3, 3]))
  }
  private static let samples: [Float] = [
    2, 0, 0,
    0, 2, 0,
    1, 1, 0,
    0, 0, 2,
    0, 2, 0,
  ]

  /// −log(e² / (e² + 2)), −log(1 / (e² + 2)) and −log(e / (2e + 1)), each to the last digit.
  private static let (right, wrong, tied) = (0.23954482, 2.2395448, 0.8619948)

  @Test(arguments: ComputeCase.all, [1, 2, 5, 100])
  func classification(_ way: ComputeCase, batchSize: Int) {
    // Right, right, right by the tie's lowest index, wrong, wrong.
    let dataset = Dataset(
      samples: .floats(Self.samples), sampleShape: [3], answers: .classes([0, 1, 0, 0, 2], count: 3))
    way {
      let evaluation = Self.identity.evaluate(on: dataset, batchSize: batchSize)
      let loss = (2 * Self.right + Self.tied + 2 * Self.wrong) / 5
      #expect(abs(evaluation.loss - loss) < 1e-6, "\(way)")
      #expect(evaluation.accuracy == 0.6 && evaluation.samples == 5, "\(way)")
      #expect(evaluation.confusion == [[2, 0, 1], [0, 1, 0], [0, 1, 0]], "\(way)")
    }
  }

  @Test(arguments: ComputeCase.all, [1, 2, 5])
  func regression(_ way: ComputeCase, batchSize: Int) {
    let answers: [Float] = [2, 0, 0, 0, 0, 0, 1, 1, 3, 0, 0, 2, 1, 2, -1]
    let dataset = Dataset(
      samples: .floats(Self.samples), sampleShape: [3], answers: .values(answers, width: 3))
    way {
      let evaluation = Self.identity.evaluate(on: dataset, loss: MeanSquaredError(), batchSize: batchSize)
      // Squares: 0, 4, 9, 0 and 1 + 1, over 15 values.
      #expect(abs(evaluation.loss - 1) < 1e-12, "\(way)")
      #expect(evaluation.accuracy == 0 && evaluation.confusion.isEmpty, "\(way)")
    }
  }

  /// An answer beyond the classes is wrong, and has no column in the confusion matrix.
  @Test func moreOutputsThanClasses() {
    let dataset = Dataset(
      samples: .floats(Self.samples), sampleShape: [3], answers: .classes([0, 1, 1, 0, 1], count: 2))
    let evaluation = Self.identity.evaluate(on: dataset)
    #expect(evaluation.confusion == [[1, 0], [1, 2]] && evaluation.accuracy == 0.6)
  }

  @Test func dropoutRestsDuringEvaluation() {
    var generator = Xoshiro256(seed: 1)
    let layer = Linear(inputs: 4, outputs: 3, using: &generator)
    let plain = Network(input: [4]) { layer }
    let dropping = Network(input: [4]) {
      Dropout(probability: 0.9)
      layer
    }
    #expect(plain.evaluate(on: blobs()) == dropping.evaluate(on: blobs()))
  }
}
