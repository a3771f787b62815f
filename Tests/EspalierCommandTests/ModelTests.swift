import EspalierNetworks
import EspalierTestSupport
import Foundation
import Testing

/// Convolutional models on grey images through every step of the command.
@Suite struct ModelTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier { Espalier(folder: folder) }
  private let data = ["--data", "data", "--batch-size", "16", "--threads", "2"]

  @Test(arguments: ["resnet-8", "mobilenet-0.25"])
  func aConvolutionalModelGoesThroughAllSteps(model: String) throws {
    func run(_ arguments: String...) throws -> [String: Any] {
      let outcome = espalier(arguments + ["--json"])
      #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
      return try outcome.json()
    }
    let trained = espalier(["train", "--model", model, "--epochs", "2", "--json"] + data)
    #expect(trained.status == 0, "\(trained.errors)")
    let accuracy = try trained.json()["accuracy"] as? Double
    #expect(try run("evaluate", "dense.safetensors", "--data", "data")["accuracy"] as? Double == accuracy)
    let predicted = espalier("predict", "dense.safetensors", "--data", "data", "--limit", "3", "--json")
    #expect(predicted.status == 0, "\(predicted.errors)")
    _ = try run("prune", "dense.safetensors", "--sparsity", "0.5")
    let retrained = try run("retrain", "pruned.safetensors", "--data", "data", "--epochs", "1")
    #expect(retrained["accuracy"] != nil)
    let inspected = try run("inspect", "retrained.safetensors")
    let (alive, total) = (inspected["alive"] as! Int, inspected["total"] as! Int)
    #expect(alive < total * 6 / 10 && alive > total * 4 / 10)
  }

  /// The command's own data are images of 4 × 4 pixels here.
  @Test(arguments: [
    ("lenet-5", "images of at least 16 × 16 pixels, found samples of shape [4, 4]"),
    ("resnet-8 --density 0.5", "a perceptron with --density or --epsilon, found resnet-8"),
  ])
  func modelsThatDoNotFitAreRefused(options: String, message: String) {
    let outcome = espalier(["train", "--model"] + options.split(separator: " ").map(String.init) + data)
    #expect(outcome.status == 64 && outcome.output.isEmpty)
    #expect(
      outcome.errorLines.last
        == "espalier: error: --model \(options.split(separator: " ")[0]): expected \(message)")
  }
}
