import ArgumentParser
import Espalier

/// What a training does so that channels can be removed afterwards.
struct PreparationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Train with this strength of L1 on the scales of normalisations (network slimming), so that channels switch themselves "
        + "off; 1e-4 is usual.", valueName: "strength"))
  var slimming: Double?

  @Option(
    help: ArgumentHelp(
      "Train with this strength of group lasso over all weights that go with a channel, so that some come near 0.",
      valueName: "strength"))
  var groupLasso: Double?

  func validate() throws {
    try require("--slimming", slimming, "a number of at least 0") { $0 >= 0 && $0.isFinite }
    try require("--group-lasso", groupLasso, "a number of at least 0") { $0 >= 0 && $0.isFinite }
  }

  /// The options that were given.
  var given: [String] {
    (slimming != nil ? ["--slimming"] : []) + (groupLasso != nil ? ["--group-lasso"] : [])
  }

  /// What takes part in the training; throws where there is nothing that it could act on.
  func callbacks(for network: Network) throws -> [any TrainingCallback] {
    if slimming != nil, !network.parameters.contains(where: { $0.parameter.role == .scale }) {
      throw ValidationError("--slimming: expected a network with normalisations that have scales, found none")
    }
    return (slimming.map { [Regularization.slimming(strength: $0) as any TrainingCallback] } ?? [])
      + (groupLasso.map { [CoupledGroupLasso(strength: $0) as any TrainingCallback] } ?? [])
  }
}
