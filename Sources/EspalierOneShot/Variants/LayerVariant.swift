/// A layer pruned alone in one way.
package struct LayerVariant: Sendable {
  /// What goes, what went before included.
  package let amount: LayerAmount
  /// How many weights that is.
  package let pruned: Int
  /// What the network's outputs lose by it: see `OutputDivergence`.
  package let loss: Double
  /// What the layer becomes; nil where nothing more goes than before.
  let solution: LayerSolution?

  /// The layer as it is.
  init(whole gone: Int) { (amount, pruned, loss, solution) = (.count(gone), gone, 0, nil) }

  /// The layer with less.
  init(amount: LayerAmount, solution: LayerSolution, loss: Double) {
    (self.amount, pruned, self.loss, self.solution) = (amount, solution.weightsGone, loss, solution)
  }

  /// Weights of a group of its pattern; 1 for single weights.
  var group: Int {
    switch amount {
    case .count: 1
    case .nOfM(_, let group): group
    }
  }

  /// What variants are sorted by.
  var order: [Int] { [pruned, group] }
}
