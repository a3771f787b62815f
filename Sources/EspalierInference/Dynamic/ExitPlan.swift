internal import EspalierNetworks
internal import EspalierTensors

/// The heads of a dynamic network, lowered, and after which of its steps they come.
struct ExitPlan: Sendable {
  /// One head.
  struct Head: Sendable {
    let part: DynamicPart
    let rule: ExitRule
  }

  /// In the order in which a sample meets them.
  let heads: [Head]
  /// For the input and then each node, the head that samples may leave by there: a position in `heads`, or -1.
  private let headAfter: [Int]

  init(_ heads: [ExitHead], of body: DynamicPart, selection: DynamicSelection) {
    let sites = heads.map { ExitSite($0.place, in: body.network) }
    precondition(Set(sites).count == sites.count, "two heads at one of \(heads.map(\.place))")
    let inOrder = zip(heads, sites).sorted { $0.1 < $1.1 }
    var headAfter = [Int](repeating: -1, count: body.network.nodes.count + 1)
    for (position, (head, site)) in inOrder.enumerated() where head.rule.threshold < .infinity {
      headAfter[site.step + 1] = position
    }
    self.headAfter = headAfter
    self.heads = inOrder.map { head, site in
      head.requireFit(site, in: body.network)
      let selection = selection.mapping { site.activations(of: body.network, for: $0) }
      return Head(
        part: DynamicPart(head.classifier, skipping: [:], selection: selection, on: body.compute),
        rule: head.rule)
    }
  }

  /// The head that samples may leave by after a node, -1 for the network's input; nil where there is none.
  func head(after node: Int) -> Int? {
    let position = headAfter[node + 1]
    return position < 0 ? nil : position
  }
}

extension ExitHead {
  /// Traps unless the head can read what is there and answer as the network does.
  fileprivate func requireFit(_ site: ExitSite, in network: Network) {
    precondition(
      classifier.inputShape == [site.features] && classifier.outputShape == network.outputShape,
      "a classifier from \(classifier.inputShape) to \(classifier.outputShape) at \(place), where a head takes "
        + "[\(site.features)] and gives \(network.outputShape)")
  }
}
