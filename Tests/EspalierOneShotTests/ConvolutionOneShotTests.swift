import EspalierNetworks
import EspalierOneShot
import EspalierTensors
import EspalierTestSupport
import Testing

/// One-shot pruning of convolutions, as of fully connected layers on im2col columns.
@Suite struct ConvolutionOneShotTests {
  /// LeNet-5 in small: padded, strided and dilated convolutions, pooling, fully connected layers.
  private func network(_ generator: inout Xoshiro256) -> Network {
    Network(input: [1, 12, 12]) {
      Conv2d(inputs: 1, outputs: 4, kernel: 5, padding: 2, using: &generator).named("conv1")
      ReLU()
      MaxPool2d(kernel: 2)
      Conv2d(inputs: 4, outputs: 6, kernel: 3, stride: 2, padding: 1, using: &generator).named("conv2")
      ReLU()
      Flatten()
      Linear(inputs: 54, outputs: 10, using: &generator).named("fc1")
      ReLU()
      Linear(inputs: 10, outputs: 3, using: &generator).named("fc2")
    }
  }

  private static let methods: [any LayerPruningMethod] = [
    MagnitudeMethod(), WandaMethod(), SparseGPT(), OptimalBrainSurgeon(),
  ]

  @Test("Each layer's reported error is the one measured from outputs", arguments: waysOfPruning)
  func reportedErrors(_ way: ComputeCase) throws {
    var generator = Xoshiro256(seed: 11)
    let network = network(&generator)
    let samples = Tensor(uniform: 0..<1, shape: [60, 1, 12, 12], using: &generator)
    for method in Self.methods {
      var pruned = network
      let reports = try way {
        try OneShotPruning(method: method, amounts: .uniform(0.6)).prune(&pruned, calibration: samples)
      }
      #expect(reports.map(\.name) == ["conv1", "conv2", "fc1", "fc2"])
      for report in reports {
        let index = network.nodes.firstIndex { $0.name == report.name }!
        let (y, z) = way {
          (
            network.prefix(through: index).predict(samples).values,
            pruned.prefix(through: index).predict(samples).values
          )
        }
        let error = zip(y, z).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        let energy = y.reduce(0.0) { $0 + Double($1) * Double($1) }
        #expect(
          abs(report.relativeError - error / energy) < 1e-4 * (1 + error / energy),
          "\(type(of: method)), \(report.name)")
        #expect(
          report.survivors == report.weights - Int((0.6 * Double(report.weights)).rounded(.toNearestOrEven)))
      }
    }
  }

  @Test("Geometries: pruning one convolution is pruning its im2col matrix", arguments: waysOfPruning)
  func geometries(_ way: ComputeCase) throws {
    var generator = Xoshiro256(seed: 12)
    let cases: [(kernel: Extent, stride: Extent, padding: Extent, dilation: Extent)] = [
      (3, 1, 0, 1), (3, 2, 1, 1), (Extent(height: 2, width: 3), Extent(height: 1, width: 2), 1, 1),
      (3, 1, 2, 2),
      (1, 2, 0, 1),
    ]
    for geometry in cases {
      let convolution = Conv2d(
        inputs: 2, outputs: 4, kernel: geometry.kernel, stride: geometry.stride, padding: geometry.padding,
        dilation: geometry.dilation, using: &generator)
      var network = Network(input: [2, 7, 6]) { convolution.named("conv") }
      let samples = Tensor(uniform: -1..<1, shape: [20, 2, 7, 6], using: &generator)
      let inputs = 2 * geometry.kernel.count
      let problem = ReconstructionProblem(
        weights: Tensor(
          (0..<4).flatMap { row in
            convolution.weight.values.values[row * inputs..<(row + 1) * inputs]
              + [convolution.bias!.values.values[row]]
          }, shape: [4, inputs + 1]), moments: moments(of: samples, geometry), columns: inputs)
      let expected = try OptimalBrainSurgeon().prepare(problem, on: way.compute)
        .solution(.count(2 * inputs), on: way.compute)
      try way {
        _ = try OneShotPruning(method: OptimalBrainSurgeon(), amounts: .uniform(0.5))
          .prune(&network, calibration: samples)
      }
      let found = network[ParameterPath(node: "conv", name: "weight")]!
      for index in 0..<4 * inputs {
        #expect(found.mask![index] == expected.kept[index], "\(geometry)")
        let value = expected.weights[index / inputs, index % inputs]
        #expect(abs(found.values[flat: index] - value) < 1e-4, "\(geometry)")
      }
    }
  }

  /// The mean of the products of every two inputs of an output pixel, with a last one of 1, in plain double precision.
  private func moments(
    of samples: Tensor, _ geometry: (kernel: Extent, stride: Extent, padding: Extent, dilation: Extent)
  ) -> Tensor {
    let (count, channels, height, width) = (
      samples.shape[0], samples.shape[1], samples.shape[2], samples.shape[3]
    )
    let (kernel, stride, padding, dilation) = geometry
    let rows = (height + 2 * padding.height - dilation.height * (kernel.height - 1) - 1) / stride.height + 1
    let columns = (width + 2 * padding.width - dilation.width * (kernel.width - 1) - 1) / stride.width + 1
    let size = channels * kernel.count + 1
    var sums = [Double](repeating: 0, count: size * size)
    for sample in 0..<count {
      for (i, j) in (0..<rows).flatMap({ i in (0..<columns).map { (i, $0) } }) {
        var inputs: [Double] = []
        for (c, u, v) in (0..<size - 1).map({
          ($0 / kernel.count, $0 % kernel.count / kernel.width, $0 % kernel.width)
        }) {
          let y = i * stride.height + u * dilation.height - padding.height
          let x = j * stride.width + v * dilation.width - padding.width
          let isInside = (0..<height).contains(y) && (0..<width).contains(x)
          inputs.append(
            isInside ? Double(samples[flat: ((sample * channels + c) * height + y) * width + x]) : 0)
        }
        inputs.append(1)
        for a in 0..<size { for b in 0..<size { sums[a * size + b] += inputs[a] * inputs[b] } }
      }
    }
    return Tensor(sums.map { Float($0 / Double(count * rows * columns)) }, shape: [size, size])
  }
}
