import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// Layers large enough for their work to be split over threads: every row and element is computed as on one thread, so
/// with the reference's products the bits are the same.
@Suite struct ThreadsTests {
  @Test(arguments: InstructionSet.available)
  func passesDoNotDependOnTheNumberOfThreads(_ set: InstructionSet) {
    let (width, batch) = (500, 410)
    var generator = Xoshiro256(seed: 1)
    var network = Network(input: [1]) {
      Linear(inputs: 1, outputs: width, using: &generator)
      Tanh()
      Residual {
        GELU()
        Dropout(probability: 0.3)
      }
      LogSoftmax()
      Linear(inputs: width, outputs: 2, using: &generator)
    }
    network.pruneHalf(using: &generator)
    let input = Tensor(uniform: -1..<1, shape: [batch], using: &generator).values
    let objective = Objective.crossEntropy(classes: (0..<batch).map { Int32($0 % 2) })
    let passes = [1, 2, 3, 7].map { threads in
      TrainingPass(
        of: network, input: input, batch: batch, objective, key: 9,
        on: Compute(backend: .reference, instructionSet: set, threads: threads))
    }
    for pass in passes.dropFirst() {
      #expect(pass.output == passes[0].output && pass.loss == passes[0].loss)
      #expect(pass.gradients == passes[0].gradients)
    }
  }
}
