import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// The layer against PyTorch's `conv2d`, over strides, paddings, dilations, groups and kernels that are not square.
///
/// Sums of at most 96 products of numbers below 4: off by less than 100 · 2⁻²⁴ · 16 · √96 < 1e−3 at the worst and by
/// some 1e−6 in practice.
@Suite("Convolutions against PyTorch")
struct ConvolutionFixtureTests {
  private struct File: Decodable { let cases: [Case] }

  private struct Case: Decodable {
    let stride: [Int]
    let padding: [Int]
    let dilation: [Int]
    let groups: Int
    let x: FixtureArray
    let weight: FixtureArray
    let bias: FixtureArray?
    let dy: FixtureArray
    let y: FixtureArray
    let dx: FixtureArray
    let dw: FixtureArray
    let db: FixtureArray?

    var layer: Conv2d {
      Conv2d(
        weight: weight.tensor, bias: bias?.tensor, stride: Extent(height: stride[0], width: stride[1]),
        padding: Extent(height: padding[0], width: padding[1]),
        dilation: Extent(height: dilation[0], width: dilation[1]), groups: groups)
    }
  }

  static let tolerance = 2e-5

  @Test("Outputs and all gradients", arguments: ComputeCase.all)
  func matchesPyTorch(_ way: ComputeCase) throws {
    let file = try Fixture.json(File.self, "pytorch/convolution.json")
    #expect(file.cases.count == 10)
    for test in file.cases {
      let pass = way { LayerPass(of: test.layer, test.x, test.dy, on: way.compute) }
      let comment: Comment = "\(test.x.shape) ∗ \(test.weight.shape), \(way)"
      #expect(largestDifference(pass.output, test.y.batchInnermost) < Self.tolerance, comment)
      #expect(largestDifference(pass.inputGradient, test.dx.batchInnermost) < Self.tolerance, comment)
      #expect(largestDifference(pass.gradients[0], test.dw) < Self.tolerance, comment)
      if let db = test.db {
        #expect(largestDifference(pass.gradients[1], db) < Self.tolerance, comment)
      }
    }
  }
}

extension FixtureArray {
  /// A batch [samples, …] with the samples innermost.
  fileprivate var batchInnermost: FixtureArray {
    FixtureArray(shape: [shape[0], values.count / shape[0]], values: values).transposed
  }
}

/// Both passes of one convolution with a given gradient by its output, the gradient by its input included.
private struct LayerPass {
  let output: [Float]
  let inputGradient: [Float]
  let gradients: [[Float]]

  init(of layer: Conv2d, _ x: FixtureArray, _ dy: FixtureArray, on compute: Compute) {
    // Behind a node, so that the gradient by the input is asked for: a convolution by 1 with every channel's own pixels.
    let ones = Tensor(repeating: 1, shape: [x.shape[1], 1, 1, 1])
    let network = Network(input: Array(x.shape.dropFirst())) {
      Conv2d(weight: ones, groups: x.shape[1]).named("samples")
      layer.named("layer")
    }
    let batch = x.shape[0]
    let workspace = Workspace(for: network, batchSize: batch, purpose: .training)
    _ = workspace.input.values.update(fromContentsOf: x.batchInnermost.values)
    network.forward(in: workspace, on: compute)
    output = Array(workspace.output.values)
    _ = workspace.outputGradient!.values.update(fromContentsOf: dy.batchInnermost.values)
    network.backward(in: workspace, on: compute)
    inputGradient = Array(workspace.steps[1].context.inputGradients[0]!.values)
    gradients = network.parameters.dropFirst().map {
      workspace.gradients!.gradient(of: $0.path, in: network)!.values
    }
  }
}
