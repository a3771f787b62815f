import EspalierNetworks
import EspalierPruning
import EspalierTensors
import Testing

@Suite("Layers that are born sparse")
struct BornSparseLayerTests {
  @Test("A given pattern is the layer's pattern")
  func givenPattern() {
    var generator = Xoshiro256(seed: 1)
    let mask = Mask([true, false, false, true, true, false], shape: [2, 3])
    let layer = Linear(pattern: SparsePattern(mask), using: &generator)
    #expect(layer.inputs == 3 && layer.outputs == 2 && layer.weight.isPacked)
    #expect(layer.weight.mask == mask && layer.bias?.isPacked == false && layer.bias?.shape == [2])
    #expect(layer.weight.packed?.violatedInvariant == nil)
  }

  @Test("Values follow the fan-in of the real connections, neuron by neuron")
  func fanIn() {
    var generator = Xoshiro256(seed: 2)
    let counts = [1, 4, 100, 0]
    let starts = counts.reduce(into: [0]) { $0.append($0.last! + $1) }
    let pattern = SparsePattern(
      rows: 4, columns: 100, rowStarts: starts, columnIndices: counts.flatMap { (0..<Int32($0)).map { $0 } })
    let layer = Linear(pattern: pattern, using: &generator)
    let (weights, biases) = (layer.weight.values, layer.bias!.values)
    for (row, count) in counts.enumerated() {
      let limit = count == 0 ? 0 : 1 / Float(count).squareRoot()
      let own = weights.values[row * 100..<row * 100 + 100]
      #expect(own.allSatisfy { abs($0) <= limit } && abs(biases[row]) <= limit, "row \(row), seed 2")
    }
    // Of a hundred values of U(−0.1, 0.1) the largest is below 0.08 once in 10¹⁰.
    #expect(weights.values[200..<300].max()! > 0.08, "seed 2")
    let normal = Linear(pattern: pattern, initializer: .kaimingNormal, using: &generator)
    #expect(normal.bias!.values.values == [0, 0, 0, 0])
  }

  @Test("A uniform density is kept exactly; the last layer keeps enough")
  func densities() {
    var generator = Xoshiro256(seed: 3)
    let network = Network.perceptron(
      sizes: [400, 300, 200, 10], connectivity: .density(0.05), using: &generator)
    let weights = network.parameters.map(\.parameter).filter { $0.role == .weight }
    #expect(weights.map(\.survivors) == [6000, 3000, 1000])
    #expect(weights.allSatisfy { $0.isPacked })
    let all = Network.perceptron(sizes: [40, 30, 10], connectivity: .density(1), using: &generator)
    #expect(all.parameters.allSatisfy { !$0.parameter.isPacked })
  }

  @Test("Small layers of an Erdős–Rényi network are dense")
  func erdosRenyi() {
    var generator = Xoshiro256(seed: 4)
    let network = Network.perceptron(
      sizes: [784, 300, 100, 10], connectivity: .erdosRenyi(epsilon: 10), using: &generator)
    let weights = network.parameters.map(\.parameter).filter { $0.role == .weight }
    #expect(weights.map(\.isPacked) == [true, true, false])
    // 10 · 1084 and 10 · 400 connections are expected, with deviations of at most 104 and 64.
    #expect(abs(weights[0].survivors - 10_840) < 624 && abs(weights[1].survivors - 4000) < 384, "seed 4")
    #expect(SurvivorReport(of: network).total == 266_610)
  }

  @Test("Dense networks are drawn as ever")
  func denseStaysTheSame() {
    var (a, b) = (Xoshiro256(seed: 5), Xoshiro256(seed: 5))
    let plain = Linear(inputs: 20, outputs: 30, using: &a)
    let dense = Linear(inputs: 20, outputs: 30, connectivity: .dense, using: &b)
    #expect(plain.weight.values == dense.weight.values && plain.bias!.values == dense.bias!.values)
  }

  @Test("A seed decides the network")
  func determinism() {
    func network(_ seed: UInt64) -> [[Float]] {
      var generator = Xoshiro256(seed: seed)
      let network = Network.perceptron(
        sizes: [90, 80, 70, 10], connectivity: .erdosRenyi(epsilon: 4), using: &generator)
      return network.parameters.map { $0.parameter.values.values }
    }
    #expect(network(1) == network(1))
    #expect(network(1) != network(2))
  }
}
