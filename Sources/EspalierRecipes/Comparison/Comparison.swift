public import EspalierData
public import EspalierNetworks
internal import EspalierTensors
internal import Synchronization

/// The figure of the classic argument: accuracy against the share of weights pruned, for several ways to prune.
///
///     let comparison = Comparison(settings, model: "lenet-300-100", dataset: "fashion-mnist")
///     let result = try comparison.run(training: training, test: test, folder: "comparison") { seed in network(seed) }
///
/// Dense trainings come first, then all points, each on one thread, as many at once as the current number of threads. What is
/// done is kept in the folder (`points.json`, `networks/`), so that the same call goes on where an interrupted one ended, and
/// comes to the same numbers: every training depends on its seed only.
public struct Comparison: Sendable {
  /// What is compared.
  public let settings: ComparisonSettings
  /// What the network is called.
  public let model: String
  /// What the samples are called.
  public let dataset: String

  /// A comparison.
  public init(_ settings: ComparisonSettings, model: String, dataset: String) {
    self.settings = settings
    self.model = model
    self.dataset = dataset
  }

  /// Runs what is not done yet; nil when `observe` said to stop. `observe` is called by one thread at a time, every 32
  /// batches of each training and after each point. `folder` must exist, and `networks` in it. Throws what reading and writing there throw, and
  /// `DivergedTraining` when a loss is no longer finite.
  public func run(
    training: Dataset, test: Dataset, folder: String,
    observe: @escaping @Sendable (ComparisonProgress) -> Bool = { _ in true },
    network: @escaping @Sendable (_ seed: UInt64) -> Network
  ) throws -> ComparisonOutcome? {
    let store = try ComparisonStore(folder: folder, of: self)
    let points = try store.points(of: settings, model: model, dataset: dataset)
    if points.isEmpty { try store.write([], of: settings, model: model, dataset: dataset) }
    let desk = ComparisonDesk(self, store: store, points: points, observe: observe)
    let work = ComparisonWork(
      settings: settings, training: training, test: test, desk: desk, store: store, network: network)
    let compute = Compute.current
    for jobs in [work.denseTrainings(), work.pointJobs()] {
      compute.perform(jobs: jobs.count) { index in desk.attempt { try jobs[index]() } }
      if let error = desk.error { throw error }
      if desk.isStopped { return nil }
    }
    return ComparisonOutcome(settings: settings, model: model, dataset: dataset, points: desk.points)
  }
}

/// A training whose loss is no longer a finite number.
public struct DivergedTraining: Error, Sendable, Hashable, CustomStringConvertible {
  /// Which one.
  public let name: String

  /// One line.
  public var description: String {
    "\(name): the loss is no longer finite: smaller rates or strengths are needed"
  }
}

/// What the threads of a comparison share: points, progress, whether to stop.
final class ComparisonDesk: Sendable {
  private struct State {
    var points: [ComparisonPoint]
    var epochsDone = 0
    var epochs = 0
    var error: (any Error)?
    var isStopped = false
  }

  private let comparison: Comparison
  private let store: ComparisonStore
  private let state: Mutex<State>
  private let observe: @Sendable (ComparisonProgress) -> Bool

  init(
    _ comparison: Comparison, store: ComparisonStore, points: [ComparisonPoint],
    observe: @escaping @Sendable (ComparisonProgress) -> Bool
  ) {
    self.comparison = comparison
    self.store = store
    self.observe = observe
    state = Mutex(State(points: points))
  }

  var points: [ComparisonPoint] { state.withLock { $0.points } }
  var error: (any Error)? { state.withLock { $0.error } }
  var isStopped: Bool { state.withLock { $0.isStopped } }

  /// The point that was done before, if it was.
  func point(_ family: ComparisonFamily, _ seed: UInt64, _ sparsity: Double) -> ComparisonPoint? {
    points.first { $0.family == family && $0.seed == seed && $0.sparsity == sparsity }
  }

  /// Runs a job unless another one failed or an end was asked for; keeps the first error.
  func attempt(_ job: () throws -> Void) {
    guard error == nil, !isStopped else { return }
    do { try job() } catch { state.withLock { $0.error = $0.error ?? error } }
  }

  /// Says that so many epochs are to be done.
  func expect(epochs: Int) { state.withLock { $0.epochs += epochs } }

  /// Says how far it is; false when to stop.
  func proceeds(epochsDone: Int = 0) -> Bool {
    state.withLock { state in
      state.epochsDone += epochsDone
      if !observe(progress(state, nil)) { state.isStopped = true }
      return !state.isStopped && state.error == nil
    }
  }

  /// Stores a point.
  func add(_ point: ComparisonPoint) throws {
    try state.withLock { state in
      state.points.append(point)
      try store.write(
        state.points, of: comparison.settings, model: comparison.model, dataset: comparison.dataset)
      if !observe(progress(state, point)) { state.isStopped = true }
    }
  }

  private func progress(_ state: State, _ point: ComparisonPoint?) -> ComparisonProgress {
    let settings = comparison.settings
    return ComparisonProgress(
      epochsDone: state.epochsDone, epochs: state.epochs, pointsDone: state.points.count,
      points: settings.families.count * settings.sparsities.count * settings.seeds.count, point: point)
  }
}
