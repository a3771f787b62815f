public import EspalierNetworks
public import EspalierPruning
internal import EspalierTensors

/// AC/DC: compressed and decompressed phases of training take turns. In a compressed phase the smallest magnitudes are pruned;
/// when it ends they may come back, beginning at 0, and the next one chooses anew.
///
/// The time of training, or the part of it up to `end`, follows a `CyclicSparsity`: each cycle begins decompressed, and the last
/// one ends compressed, which lasts to the end of training. What was pruned before training stays pruned. Layers that are sparse
/// enough are packed from the epoch after a compression on, and unpacked where they decompress; a layer of more than
/// `Parameter.mostDenseValues` values traps.
///
/// Source: A. Peste et al., "AC/DC: alternating compressed/decompressed training of deep neural networks" (NeurIPS 2021).
public struct AlternatingCompression: TrainingCallback {
  /// The sparsity of compressed phases.
  public let sparsity: Double
  /// The phases.
  public let phases: CyclicSparsity
  /// The epoch at which the last phase has begun at the latest; nil for three quarters of the training.
  public let end: Double?
  /// What weights are compared with.
  public let scope: PruningScope
  /// The weights it applies to.
  public let selection: WeightSelection
  private var isCompressed = false
  /// The masks that compression has narrowed.
  private var masks: [ParameterPath: Mask?] = [:]

  /// The rule; traps unless the sparsity lies in 0…1 and the end is positive.
  public init(
    to sparsity: Double, cycles: Int = 3, decompressedShare: Double = 0.5, until end: Double? = nil,
    within scope: PruningScope = .network, _ selection: WeightSelection = .all
  ) {
    precondition((0...1).contains(sparsity), "a sparsity lies in 0…1, not \(sparsity)")
    precondition(end.map { $0 > 0 } ?? true, "phases cannot end at epoch \(end!)")
    self.sparsity = sparsity
    phases = CyclicSparsity(cycles: cycles, decompressedShare: decompressedShare)
    self.end = end
    self.scope = scope
    self.selection = selection
  }

  /// Takes note of what was pruned before.
  public mutating func trainingBegins(_ network: inout Network, at moment: TrainingMoment) {
    if moment.stepsDone == 0 { masks.removeAll() }
    change(&network, at: moment)
  }

  /// Changes the phase after the step, if it is time.
  public mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) {
    change(&network, at: moment)
  }

  private mutating func change(_ network: inout Network, at moment: TrainingMoment) {
    let end = end ?? 0.75 * moment.end
    let wanted = phases.sparsity(at: end > 0 ? moment.time / end : 1, from: 0, to: 1) == 1
    guard wanted != isCompressed else { return }
    isCompressed = wanted
    if wanted { compress(&network) } else { decompress(&network) }
  }

  private mutating func compress(_ network: inout Network) {
    network.visitParameters { path, parameter in
      if selection.contains(path, parameter) { masks[path] = .some(parameter.mask) }
    }
    network.prune(sparsity: sparsity, within: scope, selection.parameters)
  }

  private mutating func decompress(_ network: inout Network) {
    network.visitParameters { path, parameter in
      guard let mask = masks[path] else { return }
      parameter.unpack()
      parameter.replace(values: parameter.values, mask: mask)
    }
    masks.removeAll()
  }
}
