internal import EspalierTensors

/// Where the scores of several parameters' units are cut so that exactly the asked number of the smallest falls.
enum UnitCut {
  case magnitudes(MagnitudeSelection)
  case scores(ScoreSelection)

  /// The cut below which `count` units of all together fall; the units are of one kind.
  init(smallest count: Int, of units: [PruningUnits]) {
    if units.allSatisfy(\.areMagnitudes) {
      self = .magnitudes(MagnitudeSelection(smallest: count, of: units.map { ($0.stored, $0.alive) }))
    } else {
      self = .scores(ScoreSelection(smallest: count, of: units.map { ($0.scores, $0.alive) }))
    }
  }

  /// What stays of the next units, in the order in which they were given.
  mutating func kept(of units: PruningUnits) -> Mask {
    var kept = units.alive ?? Mask(ones: units.stored.shape)
    switch self {
    case .magnitudes(var cut):
      cut.clear(units.stored, in: &kept)
      self = .magnitudes(cut)
    case .scores(var cut):
      cut.clear(units.scores, in: &kept)
      self = .scores(cut)
    }
    return kept
  }
}
