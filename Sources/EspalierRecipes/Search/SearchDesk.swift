internal import EspalierData
internal import EspalierNetworks
internal import EspalierOneShot
internal import EspalierTensors
internal import EspalierTraining
internal import Synchronization

/// Tries candidates, each one once: what was tried before is taken from the journal.
final class SearchDesk: Sendable {
  private struct State {
    var known: [[Int]: SearchPoint]
    /// What this search has asked for, in order; not all that the journal knows, for a resumed search is to do as one that was
    /// never interrupted.
    var asked: [SearchPoint] = []
    var isAsked: Set<[Int]> = []
    /// When the journal was last written, and whether it lacks something since.
    var written: ContinuousClock.Instant?
    var isDirty = false
    var error: (any Error)?
    var isStopped = false
  }

  /// The least time between writing the journal twice, which all threads wait for.
  private static let writingPause = Duration.milliseconds(500)

  private let variants: LayerVariants
  private let calibration: Dataset
  private let judge: SearchJudge
  private let gauge: SearchGauge
  private let store: SearchStore
  private let observe: @Sendable (PruningSearchProgress) -> Bool
  private let state: Mutex<State>

  init(
    _ variants: LayerVariants, calibration: Dataset, judge: SearchJudge, gauge: SearchGauge,
    store: SearchStore, known: [SearchPoint],
    observe: @escaping @Sendable (PruningSearchProgress) -> Bool
  ) {
    self.variants = variants
    self.calibration = calibration
    self.judge = judge
    self.gauge = gauge
    self.store = store
    self.observe = observe
    state = Mutex(
      State(known: Dictionary(known.map { ($0.choice, $0) }, uniquingKeysWith: { first, _ in first })))
  }

  /// All that this search has asked for, in order.
  var points: [SearchPoint] { state.withLock { $0.asked } }

  /// Tries choices, and returns what they are like, in their order; throws `SearchStopped` when the observer says so.
  ///
  /// Latencies are measured first, one at a time with nothing beside them; all else is computed by all threads at once.
  @discardableResult
  func evaluate(_ choices: [[Int]]) throws -> [SearchPoint] {
    let open = state.withLock { state in
      var seen: Set<[Int]> = []
      return choices.filter { state.known[$0] == nil && seen.insert($0).inserted }
    }
    let latencies = try open.map { choice -> Double? in
      guard gauge.isTimed else { return nil }
      try proceed()
      return try gauge.cost(of: variants.network(choice))
    }
    Compute.current.perform(jobs: open.count) { index in
      attempt { try evaluate(open[index], latency: latencies[index]) }
    }
    return try state.withLock { state in
      if state.isDirty { try write(&state) }
      if let error = state.error { throw error }
      if state.isStopped { throw SearchStopped() }
      for choice in choices where state.isAsked.insert(choice).inserted {
        state.asked.append(state.known[choice]!)
      }
      return choices.map { state.known[$0]! }
    }
  }

  private func evaluate(_ choice: [Int], latency: Double?) throws {
    let network = candidate(choice)
    let quality = judge.judge(network)
    let point = SearchPoint(
      choice: choice, accuracy: quality.accuracy, loss: quality.loss.isNaN ? .infinity : quality.loss,
      cost: try latency ?? gauge.cost(of: network))
    try state.withLock { state in
      state.known[choice] = point
      state.isDirty = true
      if state.written.map({ ContinuousClock.now - $0 > Self.writingPause }) ?? true { try write(&state) }
      if !observe(PruningSearchProgress(prepared: 1, tried: state.known.count, point: point)) {
        state.isStopped = true
      }
    }
  }

  /// Replaces the journal; what a killed process loses is what it tried in the last pause.
  private func write(_ state: inout State) throws {
    try store.write(state.known.values)
    (state.written, state.isDirty) = (ContinuousClock.now, false)
  }

  /// The network of a choice; layers were fitted each for itself, so that batch normalisation is measured anew.
  private func candidate(_ choice: [Int]) -> Network {
    var network = variants.network(choice)
    if choice.contains(where: { $0 > 0 }) { network.recalibrateBatchNorm(on: calibration) }
    return network
  }

  /// Runs a job unless another one failed or an end was asked for; keeps the first error.
  private func attempt(_ job: () throws -> Void) {
    guard state.withLock({ $0.error == nil && !$0.isStopped }) else { return }
    do { try job() } catch { state.withLock { $0.error = $0.error ?? error } }
  }

  private func proceed() throws {
    let proceeds = state.withLock {
      observe(PruningSearchProgress(prepared: 1, tried: $0.known.count, point: nil))
    }
    if !proceeds { throw SearchStopped() }
  }
}

/// The observer asked for an end.
struct SearchStopped: Error {}

/// How far a search is.
public struct PruningSearchProgress: Sendable {
  /// The share of all variants of layers that are pruned, in 0…1; 1 once candidates are tried.
  public let prepared: Double
  /// Candidates tried, in this run and before it.
  public let tried: Int
  /// The one that was just tried; nil after other steps.
  public let point: SearchPoint?
}
