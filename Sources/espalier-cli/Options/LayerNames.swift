import ArgumentParser
import Espalier

/// The layers that `--layers` names, separated by commas; without the option, all that have parameters. Throws an error
/// that names the first one the network does not have.
func layerNames(_ option: String?, of network: Network) throws -> [String] {
  guard let option else { return layersWithParameters(of: network) }
  let names = option.split(separator: ",").map(String.init)
  try requireLayers("--layers", names, of: network)
  return names
}

/// The same for what works without training: only layers that can be pruned or factorised so.
func oneShotLayerNames(_ option: String?, of network: Network) throws -> Set<String> {
  guard let option else { return Set(network.oneShotLayers) }
  let names = option.split(separator: ",").map(String.init)
  try requireLayers("--layers", names, among: network.oneShotLayers)
  return Set(names)
}

/// Throws an error that names the first layer the network does not have, or says that there are none.
func requireLayers(_ option: String, _ names: [String], of network: Network) throws {
  try requireLayers(option, names, among: layersWithParameters(of: network))
}

private func requireLayers(_ option: String, _ names: [String], among known: [String]) throws {
  guard let unknown = names.isEmpty ? "none" : names.first(where: { !known.contains($0) }) else { return }
  throw ValidationError("\(option): expected some of \(known.joined(separator: ", ")), found \(unknown)")
}

private func layersWithParameters(of network: Network) -> [String] {
  var known: [String] = []
  for name in network.parameters.map(\.path.node) where !known.contains(name) { known.append(name) }
  return known
}

/// What keeps a network from RigL, which looks at the gradients of whole layers; nil when nothing does.
func problemForRigL(of network: Network) -> String? {
  network.parameters.first { $0.parameter.count > Parameter.mostDenseValues }.map { large in
    "expected layers of at most \(Parameter.mostDenseValues) weights, found \(large.path) with "
      + "\(large.parameter.count)"
  }
}
