import EspalierTensors
import EspalierTestSupport

/// A convolution with random operands, and what its passes must give.
struct ConvolutionCase: Sendable, CustomStringConvertible {
  let shape: ConvolutionShape
  let seed: UInt64
  private(set) var x: [Float]
  let dy: [Float]
  private(set) var weights: [Float]
  let bias: [Float]?

  init(_ shape: ConvolutionShape, seed: UInt64) {
    self.shape = shape
    self.seed = seed
    var generator = Xoshiro256(seed: seed)
    func values(_ count: Int) -> [Float] {
      Tensor(uniform: -1..<1, shape: [count], using: &generator).values
    }
    x = values(shape.inputs * shape.rows.image * shape.columns.image * shape.batch)
    dy = values(shape.outputs * shape.rows.output * shape.columns.output * shape.batch)
    weights = values(shape.outputs * (shape.inputs / shape.groups) * shape.rows.kernel * shape.columns.kernel)
    bias = seed % 3 == 0 ? nil : values(shape.outputs)
  }

  var description: String { "\(shape), seed \(seed)" }

  /// Sets a pixel of the first channel and sample.
  mutating func setPixel(row: Int, column: Int, to value: Float) {
    x[(row * shape.columns.image + column) * shape.batch] = value
  }

  /// The case with 0 for each weight that is not kept.
  func masked(by kept: [Bool]) -> ConvolutionCase {
    var masked = self
    masked.weights = zip(weights, kept).map { $1 ? $0 : 0 }
    return masked
  }

  var outputRows: Int { dy.count / shape.batch }

  /// Geometries that meet every way of reading the pixels: plain, padded, with strides and dilations in one direction or both,
  /// kernels larger than the stride and smaller, groups and depthwise, with channels around the heights of register blocks
  /// and batches around the widths of vectors.
  static func random(seed: UInt64) -> ConvolutionCase {
    var generator = Xoshiro256(seed: seed)
    func axis() -> ConvolutionAxis {
      let isPlain = Bool.random(using: &generator)
      let kernel = Int.random(in: 1...5, using: &generator)
      let dilation = isPlain ? 1 : Int.random(in: 1...3, using: &generator)
      let padding = isPlain ? 0 : Int.random(in: 0...kernel, using: &generator)
      let least = max(1, dilation * (kernel - 1) + 1 - 2 * padding)
      return ConvolutionAxis(
        image: least + Int.random(in: 0...9, using: &generator), kernel: kernel,
        stride: isPlain ? 1 : Int.random(in: 1...4, using: &generator), padding: padding, dilation: dilation)
    }
    let groups = [1, 1, 1, 2, 3, 7].randomElement(using: &generator)!
    let (inputs, outputs) =
      groups == 7
      ? (1, 1) : (Int.random(in: 1...5, using: &generator), Int.random(in: 1...21, using: &generator))
    let shape = ConvolutionShape(
      inputs: groups * inputs, outputs: groups * outputs, groups: groups, rows: axis(), columns: axis(),
      batch: [1, 1, 2, 3, 5, 8, 16, 17].randomElement(using: &generator)!)
    return ConvolutionCase(shape, seed: seed)
  }

  /// What the oracle says, made once for all ways to compute.
  var expected: Expected {
    let oracle = ConvolutionOracle(shape)
    let (weights, x) = (weights.map(Double.init), x.map(Double.init))
    let gradients = oracle.gradients(dy.map(Double.init), x, weights: weights)
    return Expected(
      test: self, output: oracle.output(x, weights: weights, bias: bias?.map(Double.init)),
      weights: gradients.weights, input: gradients.input)
  }

  struct Expected: Sendable {
    let test: ConvolutionCase
    let output: ConvolutionOracle.Sums
    let weights: ConvolutionOracle.Sums
    let input: ConvolutionOracle.Sums
  }
}
