import CEspalierKernels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An activation, its exact value, and the error its kernel may have.
struct ActivationCase: Sendable, CustomTestStringConvertible {
  let name: String
  let activation: EspalierActivation
  var parameter: Float = 0
  let value: @Sendable (Double) -> Double
  /// Of the value, at an input.
  let bound: @Sendable (_ x: Double, _ value: Double) -> Double
  /// f' expressed by the reference: the output, for GELU the input.
  let derivative: @Sendable (Double) -> Double
  var referenceIsInput = false

  var testDescription: String { name }

  static let slope: Float = 0.1
  static let all = [
    ActivationCase(
      name: "identity", activation: ESPALIER_IDENTITY, value: { $0 }, bound: { _, _ in 0 },
      derivative: { _ in 1 }),
    ActivationCase(
      name: "ReLU", activation: ESPALIER_RELU, value: { $0 < 0 ? 0 : $0 }, bound: { _, _ in 0 },
      derivative: { $0 > 0 ? 1 : 0 }),
    ActivationCase(
      name: "LeakyReLU", activation: ESPALIER_LEAKY_RELU, parameter: slope,
      value: { $0 < 0 ? $0 * Double(slope) : $0 }, bound: { 0.5 * ulp($1) + 0 * $0 },
      derivative: { $0 > 0 ? 1 : Double(slope) }),
    ActivationCase(
      name: "sigmoid", activation: ESPALIER_SIGMOID,
      value: { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) }, bound: { 4 * ulp($1) + 0 * $0 },
      derivative: { $0 * (1 - $0) }),
    ActivationCase(
      name: "tanh", activation: ESPALIER_TANH, value: { tanh($0) }, bound: { 4 * ulp($1) + 0 * $0 },
      derivative: { 1 - $0 * $0 }),
    ActivationCase(
      name: "GELU", activation: ESPALIER_GELU,
      value: { $0 == -.infinity ? 0 : 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) },
      bound: { 7e-7 * abs($1) + 2 * ulp(0) * max(abs($0), 1) },
      derivative: {
        0.5 * erfc(-$0 / 2.0.squareRoot())
          + ($0.isInfinite ? 0 : $0 * exp(-$0 * $0 / 2) / (2 * .pi).squareRoot())
      },
      referenceIsInput: true),
  ]
}

private let specialInputs: [Float] = [
  0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
  .leastNormalMagnitude,
  .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1e-7, -1e-7, 88.7, -88.7, 88.8, -88.8, -103.9, 104.1,
  -104.1, 15,
  -15, -14.2, 1e4, -1e4,
]

/// From a denormal's neighbourhood to 120 in steps of about 0.7 %, of both signs.
private let sweep: [Float] = {
  var inputs: [Float] = []
  var x: Float = 1e-30
  while x < 120 {
    inputs += [x, -x]
    x *= x < 1e-3 ? 1.7 : 1.0071
  }
  return inputs
}()

struct ActivationTests {
  @Test(arguments: KernelSet.available, ActivationCase.all)
  func staysWithinItsErrorBound(_ kernels: KernelSet, _ test: ActivationCase) {
    let inputs = GuardedBuffer(specialInputs + sweep)
    let outputs = GuardedBuffer(inputs.values)
    kernels.table.activation(outputs.pointer, inputs.pointer, inputs.count, test.activation, test.parameter)
    var worst = WorstError()
    for (x, y) in zip(inputs.values, outputs.values) {
      let exact = test.value(Double(x))
      worst.note(y, exact: exact, bound: test.bound(Double(x), exact), at: "\(test.name)(\(x))")
    }
    #expect(worst.isAllowed, "\(worst)")
  }

  @Test(arguments: KernelSet.available, ActivationCase.all)
  func doesNotDependOnThePlaceInTheRange(_ kernels: KernelSet, _ test: ActivationCase) {
    var random = SeededGenerator(seed: 1)
    let inputs = random.floats(1000, in: -6...6)
    let whole = GuardedBuffer(inputs)
    kernels.table.activation(whole.pointer, whole.pointer, 1000, test.activation, test.parameter)
    for count in interestingCounts {
      let start = 1000 - count
      let part = GuardedBuffer(Array(inputs[start...]))
      kernels.table.activation(part.pointer, part.pointer, count, test.activation, test.parameter)
      #expect(
        part.values == Array(whole.values[start...]) && part.isUntouchedBefore, "\(count) elements, seed 1")
    }
  }

  @Test(arguments: KernelSet.available, ActivationCase.all)
  func biasComesFirst(_ kernels: KernelSet, _ test: ActivationCase) {
    var random = SeededGenerator(seed: 2)
    for columns in interestingSizes {
      for gap in [0, 5] {
        let bias = GuardedBuffer(random.floats(3))
        let x = StridedMatrix(rows: 3, columns: columns, gap: gap) { _, _ in random.floats(1, in: -3...3)[0] }
        for hasBias in [true, false] {
          let y = StridedMatrix(copying: x)
          kernels.table.bias_activation(
            y.pointer, 3, columns, y.stride, hasBias ? bias.pointer : nil, test.activation, test.parameter)
          let expected = StridedMatrix(rows: 3, columns: columns, gap: gap) { r, c in
            hasBias ? x[r, c] + bias[r] : x[r, c]
          }
          for r in 0..<3 {
            let row = expected.pointer + r * x.stride
            kernels.table.activation(row, row, columns, test.activation, test.parameter)
          }
          #expect(y.hasSameBits(as: expected) && y.gapsAreUntouched, "\(columns) columns, gap \(gap), seed 2")
        }
      }
    }
  }

  @Test(arguments: KernelSet.available, ActivationCase.all)
  func rowsOfAFewSamplesHaveTheirOwnBias(_ kernels: KernelSet, _ test: ActivationCase) {
    var random = SeededGenerator(seed: 3)
    for columns in 1...5 {
      for rows in interestingSizes {
        let bias = random.floats(rows)
        let x = random.floats(rows * columns, in: -3...3)
        let expected = GuardedBuffer((0..<rows * columns).map { x[$0] + bias[$0 / columns] })
        kernels.table.activation(
          expected.pointer, expected.pointer, expected.count, test.activation, test.parameter)
        let (y, biases) = (GuardedBuffer(x), GuardedBuffer(bias))
        kernels.table.bias_activation(
          y.pointer, rows, columns, columns, biases.pointer, test.activation, test.parameter)
        #expect(
          y.values == expected.values && y.isUntouchedBefore, "\(rows) rows of \(columns), seed 3")
      }
    }
  }
}
