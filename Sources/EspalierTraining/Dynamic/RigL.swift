public import EspalierNetworks
internal import EspalierPruning
internal import EspalierTensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// RigL, dynamic sparse training: at every update each sparse layer drops the share f of its survivors with the smallest
/// magnitudes and grows as many connections where the gradient of the loss is largest in magnitude.
///
/// f(t) = α/2 · (1 + cos(π · t / T)), with T the end of the schedule, and ⌊f · survivors⌋ go. Candidates for growth are all
/// places but the kept ones, those just dropped among them. What has grown begins at 0 with moments of 0. The number of
/// survivors of a layer never changes. Layers that were never pruned are left alone.
///
/// The gradient of a whole layer is computed only in the steps of updates; these cost as much as a step of the dense
/// network, and a planning of memory. All others cost what survives. In a step of an update the kept weights move as in
/// every other one (in the paper they pause). Layers of more than `Parameter.mostDenseValues` values trap.
///
/// Source: U. Evci, T. Gale, J. Menick, P. Castro and E. Elsen, "Rigging the lottery: making all tickets winners" (ICML
/// 2020), whose defaults these are.
public struct RigL: TrainingCallback {
  /// What can be chosen.
  public struct Settings: ValidatedSettings, Sendable, Hashable, Codable {
    /// The share of all selected weights that a network begins with, chosen at random and distributed over layers by
    /// `ErdosRenyiDistribution`; nil to begin with the masks it has.
    public var density: Double?
    /// α: the share of survivors that the first update replaces.
    public var fraction: Double
    /// When updates are; the first never before the first step.
    public var schedule: UpdateSchedule
    /// The weights it applies to.
    public var selection: WeightSelection

    /// The settings, by default the paper's; traps unless the density and the fraction lie in 0…1.
    public init(
      density: Double? = nil, fraction: Double = 0.3, schedule: UpdateSchedule = UpdateSchedule(),
      _ selection: WeightSelection = .all
    ) {
      self.density = density
      self.fraction = fraction
      self.schedule = schedule
      self.selection = selection
      requireValid()
    }

    /// A density or fraction outside 0…1, or what is wrong with the schedule.
    public var problem: String? {
      density.flatMap { outside("density", $0, 0...1) } ?? outside("fraction", fraction, 0...1)
        ?? schedule.problem
    }
  }

  /// What can be chosen.
  public let settings: Settings
  /// What grows after the optimizer's step, of each parameter that was unpacked for this step; empty between updates.
  private var growing: [ParameterPath: Mask] = [:]
  private var packedBefore: Set<ParameterPath> = []

  /// The rule.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// Prunes at random where a network begins with a density and no step has been done.
  public mutating func trainingBegins(_ network: inout Network, at moment: TrainingMoment) {
    guard let density = settings.density, moment.stepsDone == 0 else { return }
    var generator = moment.generator()
    let selection = settings.selection
    let whole = ParameterSelection { selection.contains($0, $1) && $1.survivors == $1.count }
    Pruner(criterion: RandomCriterion(), distribution: ErdosRenyiDistribution(), selection: whole)
      .prune(&network, to: .sparsity(1 - density), seed: generator.next())
  }

  /// Unpacks what an update needs the whole gradient of.
  public mutating func stepBegins(_ network: inout Network, at moment: TrainingMoment) {
    guard isDue(moment) else { return }
    network.visitParameters { path, parameter in
      guard settings.selection.contains(path, parameter), parameter.isPacked else { return }
      packedBefore.insert(path)
      parameter.unpack()
    }
  }

  /// Drops, and chooses what grows.
  public mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) {
    guard isDue(moment) else { return }
    let fraction = fraction(at: moment)
    var position = 0
    network.visitParameters { path, parameter in
      defer { position += 1 }
      guard settings.selection.contains(path, parameter), parameter.survivors < parameter.count else {
        return
      }
      growing[path] = parameter.drop(fraction, growingBy: UnsafeBufferPointer(gradients[position]))
    }
  }

  /// Lets the chosen connections grow; the optimizer has cleared their moments, for in its step they were pruned.
  public mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) {
    guard !growing.isEmpty || !packedBefore.isEmpty else { return }
    network.visitParameters { path, parameter in
      if var mask = growing[path] {
        mask.formUnion(parameter.mask!)
        parameter.replace(values: parameter.values, mask: mask)
      }
      if packedBefore.contains(path) { parameter.pack() }
    }
    growing.removeAll()
    packedBefore.removeAll()
  }

  private func isDue(_ moment: TrainingMoment) -> Bool {
    moment.stepsDone > 0 && settings.schedule.isDue(moment)
  }

  /// f(t).
  private func fraction(at moment: TrainingMoment) -> Double {
    let end = Double(settings.schedule.lastStep(moment))
    return settings.fraction / 2 * (1 + cos(.pi * Double(moment.stepsDone) / end))
  }
}

extension Parameter {
  /// Prunes the given share of the survivors with the smallest magnitudes; returns the places of as many of the largest
  /// gradients, in magnitude, among all that are pruned then.
  fileprivate mutating func drop(_ fraction: Double, growingBy gradient: UnsafeBufferPointer<Float>) -> Mask {
    let count = Int(fraction * Double(survivors))
    let (values, mask) = candidates
    var kept = mask ?? Mask(ones: shape)
    var cut = MagnitudeSelection(smallest: count, of: [(values, mask)])
    cut.clear(values, in: &kept)
    prune(keeping: kept)
    return Mask(largest: count, of: Tensor(gradient.map(abs), shape: shape), among: kept.complement)
  }
}
