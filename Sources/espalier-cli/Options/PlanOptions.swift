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

  /// The plan of a network; stores what was measured.
  func makePlan(for network: Network, batchSize: Int) -> InferencePlan {
    guard calibrate else { return InferencePlan(network, batchSize: batchSize) }
    let cache = CalibrationCache.ofUser()
    let plan = InferencePlan(network, batchSize: batchSize, selection: .calibrated(cache: cache))
    cache?.save()
    return plan
  }
}
