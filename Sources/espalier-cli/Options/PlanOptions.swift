import ArgumentParser
import Espalier

/// How a network is lowered for inference.
struct PlanOptions: ParsableArguments {
  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Choose each layer's operator by measuring (kept in the user's cache folder), or by a fixed rule of density and "
        + "batch size."))
  var calibrate = true

  @Option(
    help: ArgumentHelp(
      "How sparse layers keep their weights where samples are computed one by one: f32, or f16, rounded to 11 bits.",
      valueName: "type"))
  var values = SparseVectorLayout.Values.single

  /// The plan of a network; stores what was measured.
  func makePlan(for network: Network, batchSize: Int) -> InferencePlan {
    makePlan(for: network, batchSize: batchSize, values: values)
  }

  /// The same with values kept in another precision.
  func makePlan(
    for network: Network, batchSize: Int, values: SparseVectorLayout.Values
  ) -> InferencePlan {
    guard calibrate else { return InferencePlan(network, batchSize: batchSize, values: values) }
    let cache = CalibrationCache.ofUser()
    let plan = InferencePlan(
      network, batchSize: batchSize, selection: .calibrated(cache: cache), values: values)
    cache?.save()
    return plan
  }
}
