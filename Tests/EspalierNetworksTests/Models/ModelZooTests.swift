import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// Parameters and multiplications against published figures, and every model through both passes.
@Suite struct ModelZooTests {
  private var generator = Xoshiro256(seed: 1)

  private func costs(_ network: Network) -> (parameters: Int, multiplications: Int) {
    (network.parameterCount, network.multiplyAccumulates.dense)
  }

  /// Caffe's LeNet has 431,080 parameters; its layers multiply 288,000, 1,600,000, 400,000 and 5,000 times.
  @Test mutating func leNet5() {
    let network = Network.leNet5(using: &generator)
    #expect(costs(network) == (431_080, 2_293_000))
    let layers = NetworkCost(of: network).layers.filter { $0.multiplyAccumulates > 0 }
    #expect(layers.map(\.name) == ["conv1", "conv2", "fc1", "fc2"])
    #expect(layers.map(\.multiplyAccumulates) == [288_000, 1_600_000, 400_000, 5_000])
    #expect(layers.map(\.parameters) == [520, 25_050, 400_500, 5_010])
    let colour = Network.leNet5(input: [3, 32, 32], classes: 4, using: &generator)
    #expect(colour.inputShape == [3, 32, 32] && colour.outputShape == [4])
    #expect(Network.leNet5(input: [16, 17], using: &generator).parameterCount > 0)
  }

  /// VGG-11 with batch normalisation on CIFAR-10 has 9,231,114 parameters, 2,752 of them biases of convolutions, and 153
  /// million multiplications.
  @Test mutating func vgg11() {
    let network = Network.vgg(using: &generator)
    #expect(costs(network) == (9_231_114 - 2_752, 152_764_416 + 5_120))
    let small = Network.smallVGG(using: &generator)
    #expect(costs(small) == (1_128_938, 22_641_664))
    #expect(
      small.nodes.filter { $0.name.hasPrefix("pool") }.map(\.outputShape) == [
        [32, 14, 14], [64, 7, 7], [128, 3, 3], [256, 1, 1], [256],
      ])
  }

  /// The paper: 0.27 million parameters at depth 20; with projections 272,474 and 40.81 million multiplications. Without the
  /// projections 269,722 and 40.55 million.
  @Test mutating func resNets() {
    let network = Network.resNet20(using: &generator)
    #expect(costs(network) == (272_474, 40_813_184))
    let projections = NetworkCost(of: network).layers.filter { $0.name.contains("shortcut") }
    #expect(272_474 - projections.reduce(0) { $0 + $1.parameters } == 269_722)
    #expect(40_813_184 - projections.reduce(0) { $0 + $1.multiplyAccumulates } == 40_551_040)
    #expect(costs(Network.resNet8(using: &generator)) == (78_042, 12_501_632))
    // Per stage the paper's table has 1 + 2n, 2n and 2n layers; here and in the sum n = 3.
    #expect(network.nodes.count { $0.name.contains("conv") && $0.layer is Conv2d } == 19)
  }

  /// The paper's tables 6 and 7, in millions: multiplications and parameters at each width.
  @Test mutating func mobileNets() {
    let published = [(1.0, 569.0, 4.2), (0.75, 325, 2.6), (0.5, 149, 1.3), (0.25, 41, 0.5)]
    for (width, multiplications, parameters) in published {
      let network = Network.mobileNet(width: width, using: &generator)
      let found = costs(network)
      #expect(abs(Double(found.multiplications) / 1e6 - multiplications) < 1, "\(width): \(found)")
      #expect(abs(Double(found.parameters) / 1e6 - parameters) < 0.06, "\(width): \(found)")
    }
    // The exact number of the full network, which several implementations have.
    #expect(Network.mobileNet(using: &generator).parameterCount == 4_231_976)
    let small = Network.mobileNet(width: 0.25, input: [28, 28], classes: 10, using: &generator)
    #expect(small.nodes.first { $0.name == "block13.pointwise" }!.outputShape == [256, 4, 4])
  }

  @Test mutating func everyModelLearnsFromGreyAndColourImages() {
    for input in [[28, 28], [3, 32, 30]] {
      let networks = [
        Network.leNet5(input: input, classes: 3, using: &generator),
        .smallVGG(width: 4, input: input, classes: 3, using: &generator),
        .resNet8(input: input, classes: 3, using: &generator),
        .mobileNet(width: 0.1, input: input, classes: 3, using: &generator),
      ]
      for network in networks {
        #expect(network.inputShape == Network.imageShape(input) && network.outputShape == [3])
        let batch = 4
        let count = network.inputShape.reduce(batch, *)
        let values = Tensor(uniform: 0..<1, shape: [count], using: &generator).values
        let pass = TrainingPass(
          of: network, input: values, batch: batch, .crossEntropy(classes: [0, 1, 2, 0]), on: .current)
        #expect(pass.loss.isFinite && pass.output.allSatisfy { $0.isFinite })
        for (path, gradient) in pass.gradients {
          #expect(
            gradient.values.contains { $0 != 0 && $0.isFinite }, "\(path) of \(network.nodes.count) nodes")
        }
      }
    }
  }

  @Test func impossibleModelsTrap() async {
    await #expect(processExitsWith: .failure) {
      var generator = Xoshiro256(seed: 1)
      _ = Network.leNet5(input: [15, 28], using: &generator)
    }
    await #expect(processExitsWith: .failure) {
      var generator = Xoshiro256(seed: 1)
      _ = Network.resNet(depth: 10, using: &generator)
    }
    await #expect(processExitsWith: .failure) { _ = Network.imageShape([784]) }
  }
}
