import ArgumentParser
import Espalier

/// Shows which channels of a saved network go together.
struct GroupsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "groups", abstract: "Show which channels of a saved network can only be removed together.",
    discussion: """
      A group has units that are all alike: some output channels of the same layers, with the filters, biases and \
      normalisations that make them and the weights of later layers that read them. For each group: how many units; the \
      values and the multiplications for one sample (MACs) that go with one of them; the layers whose outputs go, and those \
      whose inputs shrink. Channels in no group cannot go.
      """)

  @Argument(help: "The network's file.")
  var file: String

  @Option(help: ArgumentHelp("Draw the layers and the groups that run through them.", valueName: "file"))
  var svg: String?

  @Flag(
    help: ArgumentHelp(
      "Print the groups, with the indices of each unit in every parameter, as one JSON object on standard output."
    ))
  var json = false

  func run() throws {
    try require("--svg", svg, "a file other than the network's") { !AtomicFile.areSame($0, file) }
    let network = try NetworkFile(contentsOf: file).network
    let graph = network.dependencyGraph
    if let svg {
      let figure = graph.figure(of: network, title: "Groups of channels of \(file)")
      try AtomicFile.write(Array(figure.svg.utf8), to: svg)
    }
    try Console.print(json ? JSONText.encode(graph) : "\(GroupTable(graph, of: network))")
  }
}
