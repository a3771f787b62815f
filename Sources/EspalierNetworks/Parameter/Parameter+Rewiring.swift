public import EspalierTensors

extension Parameter {
  /// The places of a pruned or packed matrix at which no weight survives; 0 for other parameters.
  public var freePlaces: Int { shape.count == 2 ? count - survivors : 0 }

  /// Prunes the survivors that `choose` does not keep, out of their values in row-major order, and lets as many weights
  /// grow at random places that were free before, drawn by `initializer` with the mean fan-in and fan-out of the survivors.
  ///
  /// The number of survivors stays, and so does the form, dense or packed; a packed parameter is never made dense.
  /// Optimizers let the moments of new weights begin at 0. Traps unless the parameter is a matrix with as many free places
  /// as weights go. Costs O(stored values).
  public mutating func rewire(
    initializer: Initializer, using generator: inout some RandomNumberGenerator,
    keeping choose: (_ survivors: Tensor) -> Mask
  ) {
    let wasPacked = isPacked
    pack()
    let kept = choose(candidates.values)
    let distribution = initializer.distribution(
      fanIn: Double(survivors) / Double(max(shape[0], 1)),
      fanOut: Double(survivors) / Double(max(shape[1], 1)))
    let rewired = packed!.rewired(keeping: kept, growing: survivors - kept.survivors, using: &generator) {
      distribution.value(using: &$1)
    }
    storage = rewired.values
    pattern = rewired.pattern
    if !wasPacked { unpack() }
  }
}
