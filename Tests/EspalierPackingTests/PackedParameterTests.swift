import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Testing

/// A packed parameter is the dense one in another form.
@Suite struct PackedParameterTests {
  private static let shapes = [[1, 1], [1, 70], [70, 1], [5, 64], [33, 129], [130, 300]]

  @Test(arguments: shapes, [0, 0.05, 0.5, 1.0])
  func packingAndUnpackingChangeNoBit(shape: [Int], density: Double) {
    let dense = masked(shape, density: density, seed: 1)
    var parameter = dense
    parameter.pack()
    #expect(parameter.isPacked)
    #expect(parameter.survivors == dense.survivors)
    #expect(parameter.density == dense.density)
    #expect(parameter.mask == dense.mask)
    #expect(parameter.values == dense.values)
    #expect(parameter.storedCount >= parameter.survivors)
    parameter.unpack()
    #expect(!parameter.isPacked)
    #expect(parameter.values == dense.values)
    #expect(parameter.mask == dense.mask)
  }

  /// A survivor that is zero, also a negative one, is still a survivor.
  @Test func zerosSurvive() {
    var parameter = Parameter(Tensor([0, -0.0, 3, 0, 5, 6], shape: [2, 3]), role: .weight)
    parameter.prune(keeping: Mask([true, true, true, false, false, true], shape: [2, 3]))
    parameter.pack()
    #expect(parameter.survivors == 4)
    parameter.unpack()
    #expect(parameter.values.values.map(\.bitPattern) == [0, -0.0, 3, 0, 0, 6].map { Float($0).bitPattern })
  }

  @Test func newValuesLoseWhatIsPruned() {
    var parameter = masked([20, 30], density: 0.3, seed: 2)
    let mask = parameter.mask!
    parameter.pack()
    parameter.values = Tensor(repeating: 2, shape: [20, 30])
    let values = parameter.values
    for index in 0..<values.count { #expect(values[flat: index] == (mask[index] ? 2 : 0)) }
  }

  @Test(arguments: ComputeCase.all)
  func pruningChoosesTheSameWeights(way: ComputeCase) {
    way {
      for seed in UInt64(1)...4 {
        var generator = Xoshiro256(seed: seed)
        var dense = Network.perceptron(sizes: [60, 40, 30, 7], using: &generator)
        dense.prune(sparsity: 0.4, within: .network)
        // Equal magnitudes everywhere: ties decide.
        dense.visitParameters { _, parameter in
          parameter.values = Tensor(
            parameter.values.values.map { ($0 * 30).rounded() / 30 }, shape: parameter.shape)
        }
        var packed = dense
        packed.pack(upTo: 1)
        let steps: [(inout Network) -> [PrunedParameter]] = [
          { $0.prune(threshold: 0.03) }, { $0.prune(standardDeviations: 0.5) },
          { $0.prune(sparsity: 0.7, within: .eachParameter) }, { $0.prune(sparsity: 0.93, within: .network) },
          { $0.prune(sparsity: 1, within: .network) },
        ]
        for (index, step) in steps.enumerated() {
          let (a, b) = (step(&dense), step(&packed))
          for (x, y) in zip(a, b) {
            #expect(
              x.path == y.path && x.before == y.before && x.after == y.after, "seed \(seed), step \(index)")
            #expect(abs(x.threshold - y.threshold) <= 1e-6 * abs(x.threshold), "seed \(seed), step \(index)")
          }
          for ((path, x), (_, y)) in zip(dense.parameters, packed.parameters) {
            #expect(x.values == y.values, "\(path), seed \(seed), step \(index)")
            #expect(y.isPacked == (y.role == .weight))
          }
          #expect(SurvivorReport(of: dense) == SurvivorReport(of: packed), "seed \(seed), step \(index)")
        }
      }
    }
  }

  @Test func onlyMatricesBelowTheDensityArePacked() {
    var generator = Xoshiro256(seed: 3)
    var network = Network.perceptron(sizes: [20, 20, 20, 20], using: &generator)
    network.prune(sparsity: 0.9, within: .eachParameter, .weights(of: ["fc1"]))
    network.prune(sparsity: 0.2, within: .eachParameter, .weights(of: ["fc2"]))
    network.pack(upTo: 0.5)
    #expect(network.parameters.filter { $0.parameter.isPacked }.map(\.path.description) == ["fc1.weight"])
    network.pack(upTo: 0.9)
    #expect(
      network.parameters.filter { $0.parameter.isPacked }.map(\.path.description) == [
        "fc1.weight", "fc2.weight",
      ])
    // What is packed stays so, below every density.
    network.pack(upTo: 0)
    #expect(network.parameters.filter { $0.parameter.isPacked }.count == 2)
    network.unpack()
    #expect(!network.parameters.contains { $0.parameter.isPacked })
  }

  private func masked(_ shape: [Int], density: Double, seed: UInt64) -> Parameter {
    var generator = Xoshiro256(seed: seed)
    var parameter = Parameter(Tensor(uniform: -1..<1, shape: shape, using: &generator), role: .weight)
    let kept = (0..<parameter.count).map { _ in Double.random(in: 0..<1, using: &generator) < density }
    parameter.prune(keeping: Mask(kept, shape: shape))
    return parameter
  }
}
