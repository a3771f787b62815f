import Espalier

/// A convolution of square images that is measured.
struct ConvolutionCase {
  let inputs: Int
  let outputs: Int
  let image: Int
  let kernel: Int
  let stride: Int
  let batch: Int

  /// The distinct convolutions of ResNet-20 on images of 32 × 32 (K. He et al., CVPR 2016, with 1 × 1 convolutions as
  /// shortcuts where the sizes change).
  static func resNet20(batch: Int) -> [ConvolutionCase] {
    [
      (3, 16, 32, 3, 1), (16, 16, 32, 3, 1), (16, 32, 32, 3, 2), (16, 32, 32, 1, 2), (32, 32, 16, 3, 1),
      (32, 64, 16, 3, 2), (32, 64, 16, 1, 2), (64, 64, 8, 3, 1),
    ].map {
      ConvolutionCase(inputs: $0.0, outputs: $0.1, image: $0.2, kernel: $0.3, stride: $0.4, batch: batch)
    }
  }

  var name: String {
    "\(inputs)→\(outputs), \(image)×\(image), kernel \(kernel)×\(kernel), stride \(stride), batch \(batch)"
  }

  var padding: Int { kernel / 2 }

  var shape: ConvolutionShape {
    let axis = ConvolutionAxis(image: image, kernel: kernel, stride: stride, padding: padding, dilation: 1)
    return ConvolutionShape(inputs: inputs, outputs: outputs, rows: axis, columns: axis, batch: batch)
  }

  /// Floating-point operations.
  var work: Work { .products(2 * Double(shape.multiplications) * Double(batch)) }
}

/// A convolution with its operands.
final class ConvolutionForward {
  private let `case`: ConvolutionCase
  private let compute: Compute
  private let layout: ConvolutionLayout
  private let (weights, bias): (Tensor, Tensor)
  /// [batch, channels, height, width], for peers.
  private let samples: Tensor
  private let x: Buffer
  private let y: Buffer
  private let scratch: Buffer

  init(_ case: ConvolutionCase, on compute: Compute, using generator: inout Xoshiro256) {
    let shape = `case`.shape
    self.case = `case`
    self.compute = compute
    weights = Tensor(
      uniform: -0.1..<0.1, shape: [shape.outputs, shape.inputs, `case`.kernel, `case`.kernel],
      using: &generator)
    bias = Tensor(uniform: -0.1..<0.1, shape: [shape.outputs], using: &generator)
    layout = weights.withUnsafeValues {
      ConvolutionLayout(
        $0.baseAddress!, outputs: shape.outputs, groups: 1,
        terms: shape.inputs * `case`.kernel * `case`.kernel)
    }
    let (batch, pixels) = (shape.batch, shape.inputs * `case`.image * `case`.image)
    samples = Tensor(uniform: -1..<1, shape: [batch, pixels], using: &generator)
    let (rows, columns) = (Buffer(samples), Buffer(Tensor(zeros: [pixels, batch])))
    withExtendedLifetime(rows) { compute.transpose(rows.matrix, into: columns.matrix) }
    x = columns
    y = Buffer(Tensor(zeros: [shape.outputs * shape.rows.output * shape.columns.output, batch]))
    scratch = Buffer(Tensor(zeros: [shape.scratchCount(threads: compute.threads, packed: true)]))
  }

  func run() {
    bias.withUnsafeValues {
      compute.convolve(
        x.matrix, layout, `case`.shape, bias: $0.baseAddress!, activation: nil, into: y.matrix,
        scratch: scratch.base)
    }
  }

  /// The weights, the bias and the samples for a peer.
  func write(to folder: TemporaryFolder) throws {
    try folder.write(weights, "weight1")
    try folder.write(bias, "bias1")
    try folder.write(samples, "inputs")
  }

  var contender: Contender {
    Contender("espalier", `case`.work, run).giving {
      self.run()
      let outputs = Buffer(Tensor(zeros: [self.y.tensor.shape[1], self.y.tensor.shape[0]]))
      withExtendedLifetime(outputs) { self.compute.transpose(self.y.matrix, into: outputs.matrix) }
      return outputs.tensor.values
    }
  }
}
