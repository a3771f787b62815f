package import EspalierNetworks

extension Dataset {
  /// The number of classes; nil where answers are values.
  package var classCount: Int? {
    if case .classes(_, let count) = answers { count } else { nil }
  }

  /// Traps unless the samples fit the network's input, and its output the answers.
  package func requireFit(_ network: Network) {
    precondition(
      network.inputShape.reduce(1, *) == featureCount,
      "samples of shape \(sampleShape) do not fit a network for \(network.inputShape)")
    precondition(
      network.outputShape.reduce(1, *) >= answerWidth,
      "a network with \(network.outputShape) outputs cannot answer with \(answerWidth) classes or values")
  }
}
