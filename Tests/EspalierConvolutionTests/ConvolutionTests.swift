import EspalierTensors
import EspalierTestSupport
import Testing

@Suite("Convolutions against the sum that defines them")
struct ConvolutionTests {
  static let cases = (1...50).map { ConvolutionCase.random(seed: $0).expected } + large.map(\.expected)

  /// Shapes whose pixels are cut into bands and channels into chunks, and lines that are joined or single vectors.
  static let large: [ConvolutionCase] = [
    shape(inputs: 13, outputs: 5, image: 40, padding: 1, batch: 8),
    shape(inputs: 5, outputs: 9, image: 8, padding: 1, batch: 1),
    shape(inputs: 4, outputs: 8, image: 16, padding: 1, batch: 1),
    shape(inputs: 9, outputs: 10, image: 33, stride: 2, padding: 1, batch: 8),
    shape(inputs: 24, outputs: 24, image: 18, padding: 1, groups: 24, batch: 3),
  ].enumerated().map { ConvolutionCase($1, seed: UInt64(100 + $0)) }

  private static func shape(
    inputs: Int, outputs: Int, image: Int, stride: Int = 1, padding: Int, groups: Int = 1, batch: Int
  ) -> ConvolutionShape {
    let axis = ConvolutionAxis(image: image, kernel: 3, stride: stride, padding: padding, dilation: 1)
    return ConvolutionShape(
      inputs: inputs, outputs: outputs, groups: groups, rows: axis, columns: axis, batch: batch)
  }

  /// The backend plays no part in convolutions.
  static let ways = InstructionSet.available.flatMap { set in
    [1, 2, 3].map { ComputeCase(backend: .reference, instructionSet: set, threads: $0) }
  }

  @Test("Outputs and gradients, with every instruction set and one to three threads", arguments: ways)
  func passes(_ way: ComputeCase) {
    for expected in Self.cases {
      let run = ConvolutionRun(expected.test, on: way.compute)
      let comment: Comment = "\(expected.test)"
      #expect(expected.output.firstViolation(in: run.output) == nil, comment)
      #expect(expected.weights.firstViolation(in: run.weightGradient) == nil, comment)
      #expect(expected.input.firstViolation(in: run.inputGradient) == nil, comment)
      #expect(run.isWithinMemory, comment)
    }
  }

  @Test("The bits do not depend on the number of threads", arguments: InstructionSet.available)
  func threads(_ set: InstructionSet) {
    for expected in Self.cases {
      let runs = [1, 2, 3, 5].map {
        ConvolutionRun(
          expected.test, on: Compute(backend: .reference, instructionSet: set, threads: $0))
      }
      for run in runs.dropFirst() {
        let isSame =
          run.output == runs[0].output && run.weightGradient == runs[0].weightGradient
          && run.inputGradient == runs[0].inputGradient
        #expect(isSame, "\(expected.test)")
      }
    }
  }

  @Test("Activations are those of the outputs", arguments: ways)
  func activations(_ way: ComputeCase) {
    for test in Self.large {
      let plain = ConvolutionRun(test, on: way.compute).output
      for activation in [Activation.relu, .leakyReLU(slope: 0.1), .sigmoid, .tanh, .gelu] {
        let found = ConvolutionRun(test, activation: activation, on: way.compute).output
        var tensor = Tensor(plain, shape: [test.outputRows, test.shape.batch])
        tensor.withUnsafeMutableValues {
          let view = MatrixView(base: $0.baseAddress!, rows: test.outputRows, columns: test.shape.batch)
          way.compute.apply(activation, to: view, into: view)
        }
        #expect(largestDifference(found, tensor.values.map(Double.init)) < 1e-6, "\(activation), \(test)")
      }
    }
  }

  @Test("An infinity or NaN in an image reaches the outputs that read it, and no others")
  func notFinite() {
    let shape = Self.shape(inputs: 2, outputs: 3, image: 6, padding: 1, batch: 1)
    for value in [Float.nan, .infinity] {
      var test = ConvolutionCase(shape, seed: 1)
      test.setPixel(row: 2, column: 3, to: value)
      for way in Self.ways {
        let output = ConvolutionRun(test, on: way.compute).output
        for (index, y) in output.enumerated() {
          let reads = abs(index / 6 % 6 - 2) <= 1 && abs(index % 6 - 3) <= 1
          #expect(y.isFinite != reads, "output \(index), \(way)")
        }
      }
    }
  }
}
