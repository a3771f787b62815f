import Espalier

/// The times of one layer's predictions over batches and sparsities, sparse and dense.
struct SweepTimes {
  let batches: [Int]
  let sparsities: [Double]
  /// Seconds by sparsity and batch: the shortest of the rounds, which a busy machine lengthens least.
  private var sparse: [Double: [Int: Double]] = [:]
  private var dense: [Double: [Int: Double]] = [:]

  init(batches: [Int], sparsities: [Double]) {
    self.batches = batches
    self.sparsities = sparsities
  }

  /// Measures all predictions of a layer against the same ones without masks.
  mutating func measure(_ shape: LayerShape, _ run: BenchmarkRun) throws {
    for sparsity in sparsities {
      var generator = run.makeGenerator()
      let network = Network.pruned(
        sizes: [shape.inputs, shape.outputs], sparsity: sparsity, using: &generator)
      let unpruned = network.withoutMasks
      for batch in batches {
        let inputs = Tensor(uniform: 0..<1, shape: [batch, shape.inputs], using: &generator)
        let comparison = try run.measure(
          "\(shape), batch \(batch), \(percent(sparsity)) sparse",
          Prediction(network, inputs: inputs, on: run.compute).contender(),
          Prediction(unpruned, inputs: inputs, on: run.compute).contender())
        sparse[sparsity, default: [:]][batch] = comparison.contender.seconds.minimum
        dense[sparsity, default: [:]][batch] = comparison.rival!.seconds.minimum
      }
    }
  }

  /// How many times as long as need be: the least of the dense product's time, that of any larger batch (fill this one up),
  /// the sum for two smaller batches that make it up (split it), and that at any lower sparsity (store some zeros).
  private func cliff(_ batch: Int, _ sparsity: Double) -> Double {
    let times = sparse[sparsity]!
    let larger = times.filter { $0.key > batch }.values
    let split = times.compactMap { part in times[batch - part.key].map { $0 + part.value } }
    let denser = sparse.filter { $0.key < sparsity }.compactMap { $0.value[batch] }
    return times[batch]! / ([dense[sparsity]![batch]!] + larger + split + denser).min()!
  }

  /// The largest of them.
  var worstCliff: Double {
    batches.flatMap { batch in sparsities.map { cliff(batch, $0) } }.max()!
  }

  /// A row a batch: the sparse time, then in brackets how many times the dense one's speed, and a mark on cliffs.
  func table(titled title: String) -> TextTable {
    var table = TextTable(
      [("\(title), batch", .right)]
        + sparsities.map { ("\((100 * $0).formatted(decimals: 1)) % sparse", .right) })
    for batch in batches {
      table.append(
        ["\(batch)"]
          + sparsities.map { sparsity in
            let (time, rival, cliff) = (
              sparse[sparsity]![batch]!, dense[sparsity]![batch]!, cliff(batch, sparsity)
            )
            let mark = cliff > 1.25 ? " cliff \(cliff.formatted(decimals: 2))" : ""
            return "\(duration(time)) (\((rival / time).formatted(decimals: 1))x)\(mark)"
          })
    }
    return table
  }
}
