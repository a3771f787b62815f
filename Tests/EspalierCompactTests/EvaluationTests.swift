import EspalierData
import EspalierFormats
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct EvaluationTests {
  let folder = TemporaryFolder()

  private func lenet() -> Network {
    var generator = Xoshiro256(seed: 1)
    var network = Network.leNet300100(using: &generator)
    network.prune(sparsity: 0.95, within: .eachParameter)
    return network
  }

  @Test(arguments: ComputeCase.all)
  func bothFormsOfFilesEvaluateAlike(_ compute: ComputeCase) throws {
    try NetworkFile(lenet()).write(to: folder.path("dense"))
    try NetworkFile(lenet()).write(to: folder.path("compact"), form: .compact())
    var dense = try NetworkFile(contentsOf: folder.path("dense")).network
    var compact = try NetworkFile(contentsOf: folder.path("compact")).network
    var generator = Xoshiro256(seed: 2)
    let images = Tensor(uniform: 0..<1, shape: [20, 28, 28], using: &generator)
    compute {
      let exact = dense.predict(images)
      let near = compact.predict(images)
      // Both sum at most 784 products in some order, three layers deep; the logits are of the order of 0.1.
      for (a, b) in zip(exact.values, near.values) { #expect((a - b).magnitude < 1e-5) }
      compact.unpack()
      #expect(compact.predict(images) == exact)
      dense.pack(upTo: 0.1)
      #expect(dense.predict(images) == near)
    }
  }

  @Test func trainingGoesOnFromACompactFile() throws {
    let samples = Dataset.builtInDigits(trainingCount: 200, testCount: 50)
    let path = folder.path("network")
    try NetworkFile(lenet()).write(to: path, form: .compact())
    var network = try NetworkFile(contentsOf: path).network
    var trainer = Trainer(epochs: 1, optimizer: Adam(), seed: 3)
    trainer.train(&network, on: samples.training)
    try NetworkFile(network).write(to: path, form: .compact())
    let read = try NetworkFile(contentsOf: path).network
    for ((name, trained), (_, stored)) in zip(network.parameters, read.parameters) {
      #expect(bits(trained) == bits(stored), "\(name)")
      #expect(trained.mask == lenet()[name]?.mask, "\(name)")
    }
  }

  @Test func lenetAtTwentyfoldCompressionIsTenTimesSmaller() throws {
    let file = NetworkFile(lenet())
    let size = try file.write(to: folder.path("compact"), form: .compact())
    #expect(10 * size <= (try file.denseByteCount(masks: false)))
    let half = try file.write(to: folder.path("half"), form: .compact(values: .float16))
    #expect(20 * half <= (try file.denseByteCount(masks: false)))
  }
}
