import EspalierNetworks
import EspalierPruning
import EspalierTensors
import Testing

@Suite struct SurvivorReportTests {
  /// The classic layout, digit by digit, on LeNet-300-100 with a known number of survivors in every parameter.
  @Test func theClassicLayout() {
    var generator = Xoshiro256(seed: 1)
    var network = Network.leNet300100(using: &generator)
    let alive = ["fc1.weight": 11188, "fc2.weight": 1250, "fc3.weight": 97, "fc2.bias": 0]
    network.visitParameters { path, parameter in
      parameter.values = Tensor(repeating: 0.5, shape: parameter.shape)
      guard let count = alive[path.description] else { return }
      parameter.prune(keeping: Mask((0..<parameter.count).map { $0 < count }, shape: parameter.shape))
    }
    #expect(
      SurvivorReport(of: network).description == """
        fc1.weight           | nonzeros =   11188 /  235200 (  4.76%) | total_pruned =  224012 | shape = (300, 784)
        fc1.bias             | nonzeros =     300 /     300 (100.00%) | total_pruned =       0 | shape = (300,)
        fc2.weight           | nonzeros =    1250 /   30000 (  4.17%) | total_pruned =   28750 | shape = (100, 300)
        fc2.bias             | nonzeros =       0 /     100 (  0.00%) | total_pruned =     100 | shape = (100,)
        fc3.weight           | nonzeros =      97 /    1000 (  9.70%) | total_pruned =     903 | shape = (10, 100)
        fc3.bias             | nonzeros =      10 /      10 (100.00%) | total_pruned =       0 | shape = (10,)
        alive: 12845, pruned : 253765, total: 266610, Compression rate :      20.76x  ( 95.18% pruned)
        """)
  }

  /// What counts is the value, as in the classic script: a zero is a zero, pruned or not, and a NaN is none.
  @Test func valuesAreCountedNotMasks() {
    let report = SurvivorReport(
      of: network(weights: [([0, -0.0, .nan, 1, .leastNonzeroMagnitude, 2], [2, 3])]))
    #expect(report.rows.map(\.nonzero) == [4, 2])
    #expect((report.alive, report.pruned, report.total) == (6, 2, 8))
    #expect(report.compression == 8.0 / 6)
  }

  @Test func nothingLeft() {
    var empty = network(weights: [([1, 2], [1, 2])])
    empty.prune(threshold: .infinity, .all)
    let report = SurvivorReport(of: empty)
    #expect(report.compression == .infinity)
    #expect(
      report.description.hasSuffix(
        "alive: 0, pruned : 3, total: 3, Compression rate :        infx  (100.00% pruned)"))
  }

  @Test func aLongNameIsNotCut() {
    let network = Network(input: [1]) {
      Linear(weight: Tensor(zeros: [1, 1])).named("a-layer-with-a-long-name")
    }
    #expect(
      SurvivorReport(of: network).description.hasPrefix("a-layer-with-a-long-name.weight | nonzeros = "))
  }
}
