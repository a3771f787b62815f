import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite("Convolutions with packed weights")
struct SparseConvolutionTests {
  /// Cases in one group, each with a random mask; one of them keeps nothing.
  static let cases = (1...60).map { ConvolutionCase.random(seed: $0) }.filter { $0.shape.groups == 1 }
    .enumerated()
    .map { index, test in MaskedCase(test, density: [0.3, 0.05, 0.8, 1, 0][index % 5]) }

  /// A case whose weights are 0 outside a mask.
  struct MaskedCase: Sendable {
    let matrix: SparseMatrix
    let expected: ConvolutionCase.Expected

    init(_ test: ConvolutionCase, density: Double) {
      var generator = Xoshiro256(seed: test.seed)
      let shape = [test.shape.outputs, test.weights.count / test.shape.outputs]
      let kept = test.weights.map { _ in Double.random(in: 0..<1, using: &generator) < density }
      let masked = test.masked(by: kept)
      matrix = SparseMatrix(Tensor(masked.weights, shape: shape), mask: Mask(kept, shape: shape))
      expected = masked.expected
    }
  }

  @Test("Outputs and gradients of the survivors", arguments: ConvolutionTests.ways)
  func passes(_ way: ComputeCase) {
    for sparse in Self.cases {
      let (matrix, test) = (sparse.matrix, sparse.expected.test)
      let run = ConvolutionRun(test, matrix, on: way.compute)
      #expect(sparse.expected.output.firstViolation(in: run.output) == nil, "\(test)")
      #expect(sparse.expected.input.firstViolation(in: run.inputGradient) == nil, "\(test)")
      let found = SparseMatrix(
        matrix.pattern, values: Tensor(run.weightGradient, shape: [run.weightGradient.count]))
      #expect(found.violatedInvariant == nil, "\(test)")
      let mask = matrix.pattern.mask
      let violation = sparse.expected.weights.firstViolation(in: found.dense.values, where: { mask[$0] })
      #expect(violation == nil, "\(test)")
      #expect(run.isWithinMemory, "\(test)")
    }
  }

  @Test("The bits do not depend on the number of threads", arguments: InstructionSet.available)
  func threads(_ set: InstructionSet) {
    for sparse in Self.cases {
      let runs = [1, 3].map {
        ConvolutionRun(
          sparse.expected.test, sparse.matrix,
          on: Compute(backend: .reference, instructionSet: set, threads: $0))
      }
      let isSame =
        runs[0].output == runs[1].output && runs[0].weightGradient == runs[1].weightGradient
        && runs[0].inputGradient == runs[1].inputGradient
      #expect(isSame, "\(sparse.expected.test)")
    }
  }

  @Test(
    "A network computes the same packed as masked, and packing changes no value", arguments: ComputeCase.all)
  func network(_ way: ComputeCase) {
    var generator = Xoshiro256(seed: 3)
    var network = Network(input: [2, 9, 8]) {
      Conv2d(inputs: 2, outputs: 6, kernel: 3, padding: 1, using: &generator)
      ReLU()
      Conv2d(inputs: 6, outputs: 4, kernel: 3, stride: 2, groups: 2, using: &generator)
      Conv2d(inputs: 4, outputs: 5, kernel: 2, using: &generator)
    }
    network.pruneHalf(using: &generator)
    var packed = network
    packed.pack(upTo: 1)
    let forms = packed.parameters.filter { $0.parameter.role == .weight }.map(\.parameter.isPacked)
    #expect(forms == [true, false, true] && packed.bits == network.bits)
    let batch = 5
    let count = network.outputShape.reduce(batch, *)
    let input = Tensor(uniform: -1..<1, shape: [144 * batch], using: &generator).values
    let objective = Objective.meanSquaredError(
      Tensor(uniform: -1..<1, shape: [count], using: &generator).values)
    way {
      let passes = [network, packed].map {
        TrainingPass(of: $0, input: input, batch: batch, objective, on: way.compute)
      }
      #expect(largestDifference(passes[0].output, passes[1].output.map(Double.init)) < 1e-5)
      for (path, gradient) in passes[0].gradients {
        let found = passes[1].gradients[path]!.values
        #expect(largestDifference(found, gradient.values.map(Double.init)) < 1e-5, "\(path)")
      }
    }
    packed.unpack()
    #expect(packed.bits == network.bits)
  }
}
