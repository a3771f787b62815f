import ArgumentParser
import Espalier

/// Which connections a fresh network is born with.
struct ConnectivityOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Begin with this share of each layer's connections, at random places (the last layer keeps at least 100 inputs an "
        + "output); what is missing never takes time or memory.", valueName: "share"))
  var density: Double?

  @Option(
    help: ArgumentHelp(
      "Begin with Erdős–Rényi layers of about this number × (inputs + outputs) connections; 20 is usual.",
      valueName: "number"))
  var epsilon: Double?

  func validate() throws {
    try require("--density", density, "a number above 0 and up to 1") { $0 > 0 && $0 <= 1 }
    try require("--epsilon", epsilon, "a positive number") { $0 > 0 && $0.isFinite }
    if density != nil, epsilon != nil {
      throw ValidationError("--density, --epsilon: expected one of them, found both")
    }
  }

  /// The options that were given.
  var given: [String] {
    (density != nil ? ["--density"] : []) + (epsilon != nil ? ["--epsilon"] : [])
  }

  /// What was chosen; dense without options.
  var connectivity: Connectivity {
    if let density { return .density(density) }
    if let epsilon { return .erdosRenyi(epsilon: epsilon) }
    return .dense
  }

  /// What a heading says after the model's name; empty without options.
  var suffix: String {
    if let density { return ", density \(density)" }
    if let epsilon { return ", epsilon \(epsilon)" }
    return ""
  }
}
