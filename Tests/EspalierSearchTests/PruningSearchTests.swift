import EspalierData
import EspalierFormats
import EspalierNetworks
import EspalierOneShot
import EspalierPruning
import EspalierRecipes
import EspalierTensors
import EspalierTestSupport
import Synchronization
import Testing

@Suite("Search over the sparsities of layers, seed 5") struct PruningSearchTests {
  private let network = SearchCase.network
  private var training: Dataset { SearchCase.training }

  private func run(_ target: SearchTarget, journal: String? = nil) throws -> PruningSearchOutcome {
    try #require(
      try SearchCase.search(target).run(
        network, training: training, journal: journal, measure: SearchCase.fakeLatency))
  }

  @Test("Targets are met, by the network that comes out as well")
  func meetsTargets() throws {
    let whole = Double(network.multiplyAccumulates.surviving)
    let sparsity = try run(.sparsity(0.75))
    let survivors = sparsity.network.parameters.filter { $0.parameter.role == .weight }
      .reduce(0) { $0 + $1.parameter.survivors }
    #expect(survivors <= Int(whole) - Int(0.75 * whole) && sparsity.chosen.cost == Double(survivors))
    let products = try run(.atMost(.share(0.3), .multiplyAccumulates))
    #expect(Double(products.network.multiplyAccumulates.surviving) <= 0.3 * whole)
    let bytes = try run(.atMost(.amount(3500), .fileBytes))
    let folder = TemporaryFolder()
    let size = try NetworkFile(bytes.network).write(to: folder.path("a"), form: .compact())
    #expect(size <= 3500 && bytes.chosen.cost == Double(size))
    let latency = try run(.atMost(.share(0.5), .latency))
    #expect(SearchCase.fakeLatency(latency.network) <= 0.5 * SearchCase.fakeLatency(network))
    for outcome in [sparsity, products, bytes, latency] {
      #expect(outcome.meetsTarget && outcome.chosen.cost <= outcome.limit)
      #expect(outcome.chosen.accuracy <= 1 && outcome.layers.map(\.name) == ["fc1", "fc2", "fc3"])
    }
  }

  @Test("Nearly as good as trying all 512 combinations of variants", arguments: [0.5, 0.7, 0.85])
  func exhaustive(sparsity: Double) throws {
    let outcome = try run(.sparsity(sparsity))
    let parts = training.split(holdingOut: 300, seed: SearchCase.seed)
    let pruned = try LayerVariants(
      OneShotPruning(amounts: .uniform(0)), of: network, at: SearchCase.settings.levels,
      patterns: SearchCase.settings.patterns,
      calibration: parts.rest.prefix(200).tensor.reshaped(to: [200] + network.inputShape))
    let variants = try #require(pruned)
    var (optimum, all) = (0.0, [[Int]: Double]())
    for number in 0..<512 {
      let choice = [number / 64, number / 8 % 8, number % 8]
      let candidate = variants.network(choice)
      let accuracy = candidate.evaluate(on: parts.heldOut).accuracy
      all[choice] = accuracy
      let left = candidate.parameters.filter { $0.parameter.role == .weight }.reduce(0) {
        $0 + $1.parameter.survivors
      }
      if Double(left) <= outcome.limit { optimum = max(optimum, accuracy) }
    }
    for point in outcome.points { #expect(point.accuracy == all[point.choice]) }
    let best = outcome.points.filter { $0.cost <= outcome.limit }.map(\.accuracy).max()!
    #expect(best >= optimum - 0.01 && outcome.points.count < 160, "\(best) of \(optimum)")
  }

  @Test("The front is what no other candidate dominates, and nothing else")
  func front() throws {
    let outcome = try run(.atMost(.share(0.4), .latency))
    func dominates(_ a: SearchPoint, _ b: SearchPoint) -> Bool {
      a.cost <= b.cost && a.accuracy >= b.accuracy && (a.cost < b.cost || a.accuracy > b.accuracy)
    }
    #expect(outcome.front.count > 3)
    for point in outcome.front {
      #expect(!outcome.points.contains { dominates($0, point) })
      #expect(outcome.points.contains(point))
    }
    for point in outcome.points where !outcome.points.contains(where: { dominates($0, point) }) {
      #expect(outcome.front.contains { $0.cost == point.cost && $0.accuracy == point.accuracy })
    }
    let costs = outcome.front.map(\.cost)
    #expect(zip(costs, costs.dropFirst()).allSatisfy(<))
    #expect(Set(outcome.points.map(\.choice)).count == outcome.points.count, "each is tried once")
  }

  @Test("The same on any number of threads", arguments: [1, 2, 5])
  func determinism(threads: Int) throws {
    let target = SearchTarget.atMost(.share(0.35), .multiplyAccumulates)
    let one = try ThreadCount.$current.withValue(1) { try run(target) }
    let other = try ThreadCount.$current.withValue(threads) { try run(target) }
    #expect(one.points == other.points && one.chosen.choice == other.chosen.choice)
    #expect(one.front == other.front)
  }

  @Test("A search that was stopped and goes on comes to the same network and journal", arguments: [1, 9, 30])
  func resume(after count: Int) throws {
    let folder = TemporaryFolder()
    let target = SearchTarget.sparsity(0.7)
    let whole = try ThreadCount.$current.withValue(2) { try run(target, journal: folder.path("whole.json")) }
    let tried = Mutex(0)
    let stopped = try SearchCase.search(target).run(
      network, training: training, journal: folder.path("parts.json"), measure: SearchCase.fakeLatency
    ) { progress in
      tried.withLock {
        $0 += progress.point == nil ? 0 : 1
        return $0 < count
      }
    }
    #expect(stopped == nil)
    let partial = try #require(contents(folder.path("parts.json")))
    let resumed = try run(target, journal: folder.path("parts.json"))
    #expect(resumed.points == whole.points && resumed.chosen == whole.chosen)
    #expect(
      resumed.network.parameters.map(\.parameter.values) == whole.network.parameters.map(\.parameter.values))
    #expect(contents(folder.path("parts.json")) == contents(folder.path("whole.json")))
    #expect(partial.count < contents(folder.path("parts.json"))!.count)
    #expect(folder.names == ["parts.json", "whole.json"])
  }

  @Test("A search that is stopped while layers are pruned alone has tried nothing", arguments: [1, 4])
  func stopBeforeCandidates(after count: Int) throws {
    let folder = TemporaryFolder()
    let shares = Mutex<[Double]>([])
    let outcome = try SearchCase.search(.sparsity(0.5)).run(
      network, training: training, journal: folder.path("journal"),
      observe: { progress in
        #expect(progress.point == nil && progress.tried == 0)
        return shares.withLock {
          $0.append(progress.prepared)
          return $0.count < count
        }
      })
    #expect(outcome == nil && folder.names.isEmpty)
    let seen = shares.withLock { $0 }
    #expect(seen.count == count && zip(seen, seen.dropFirst()).allSatisfy(<) && seen.last! < 1)
  }

  @Test("What the journal knows is neither judged nor measured again")
  func cached() throws {
    let folder = TemporaryFolder()
    let measured = Mutex(0)
    func measure() throws -> Int {
      measured.withLock { $0 = 0 }
      _ = try SearchCase.search(.atMost(.share(0.5), .latency)).run(
        network, training: training, journal: folder.path("j"),
        measure: { network in
          measured.withLock { $0 += 1 }
          return SearchCase.fakeLatency(network)
        })
      return measured.withLock { $0 }
    }
    let first = try measure()
    let again = try measure()
    #expect(first > 30 && again <= 36, "only the trials at the end, of up to six candidates")
  }

  @Test("Targets and bounds that cannot be met are refused in one line")
  func refusals() throws {
    let search = SearchCase.search(.atMost(.amount(10), .fileBytes))
    let error = try #require(throws: UnreachableTarget.self) { try search.run(network, training: training) }
    #expect(error.description.hasPrefix("expected at most 10 bytes, found "))
    #expect(error.description.hasSuffix(" bytes with every layer as sparse as it is tried"))
    var settings = SearchCase.settings
    settings.lossAllowed = 0
    let strict = try #require(throws: UnreachableTarget.self) {
      try SearchCase.search(.sparsity(0.94), settings).run(network, training: training)
    }
    #expect(strict.description.contains(" weights and 0.00 points lost, found "))
    #expect(!error.description.contains("\n") && !strict.description.contains("\n"))
  }

  @Test("Journals of other searches, and other files, are refused and left alone")
  func foreignJournals() throws {
    let folder = TemporaryFolder()
    _ = try run(.sparsity(0.5), journal: folder.path("j"))
    let bytes = contents(folder.path("j"))
    let other = try #require(throws: FormatError.self) {
      try run(.atMost(.share(0.5), .latency), journal: folder.path("j"))
    }
    #expect(other.description.contains("one of another network, method, data or machine"))
    #expect(contents(folder.path("j")) == bytes)
    _ = try run(.sparsity(0.6), journal: folder.path("j"))
    folder.file("text", Array("hello".utf8))
    #expect(throws: FormatError.self) { try run(.sparsity(0.5), journal: folder.path("text")) }
  }

  @Test("Where a pattern is cheap, layers come out in it, exactly")
  func patterns() throws {
    // A clock that counts a layer of at most one survivor in every aligned four as a tenth.
    let clock: @Sendable (Network) -> Double = { network in
      network.parameters.filter { $0.parameter.role == .weight }.reduce(1e-9) { sum, item in
        sum + 1e-9 * Double(item.parameter.survivors) * (SearchCase.isOneOfFour(item.parameter) ? 0.1 : 1)
      }
    }
    let outcome = try #require(
      try SearchCase.search(.atMost(.share(0.06), .latency)).run(network, training: training, measure: clock))
    let chosen = outcome.amounts(of: outcome.chosen)
    #expect(outcome.meetsTarget && chosen.contains(.nOfM(kept: 1, of: 4)), "\(chosen)")
    for (layer, amount) in zip(outcome.layers, chosen) {
      let weight = outcome.network[ParameterPath(node: layer.name, name: "weight")]!
      switch amount {
      case .count(let count): #expect(weight.count - weight.survivors == count)
      case .nOfM: #expect(SearchCase.isOneOfFour(weight))
      }
    }
    for point in outcome.points {
      let sparsities = zip(outcome.sizes, outcome.sparsities(of: point)).map { Double($0) * $1 }
      #expect(
        zip(outcome.variants, point.choice).map { Double($0[$1].pruned) } == sparsities.map { $0.rounded() })
    }
  }

  @Test(
    "A journal whose numbers cannot be is refused",
    arguments: [
      ("\"choice\":[0,0,0]", "\"choice\":[0,0,8]"), ("\"choice\":[0,0,0]", "\"choice\":[0,-1,0]"),
      ("\"choice\":[0,0,0]", "\"choice\":[0,0]"),
      ("\"choice\":[0,0,0]", "\"choice\":[9223372036854775807,0,0]"),
      ("\"cost\":1720,\"loss\":", "\"cost\":1720,\"loss\":\"NaN\",\"was\":"),
      ("\"cost\":1720", "\"cost\":-1"), ("\"cost\":1720", "\"cost\":null"),
    ])
  func impossibleJournals(_ original: String, _ changed: String) throws {
    let folder = TemporaryFolder()
    _ = try run(.sparsity(0.5), journal: folder.path("j"))
    let text = String(decoding: contents(folder.path("j"))!, as: UTF8.self)
    let broken = text.replacing(original, with: changed)
    #expect(broken.contains(changed), "\(text.prefix(2000))")
    folder.file("broken", Array(broken.utf8))
    folder.file("half", Array(broken.utf8.prefix(broken.utf8.count / 2)))
    for file in ["broken", "half"] {
      let error = try #require(throws: FormatError.self) {
        try run(.sparsity(0.5), journal: folder.path(file))
      }
      #expect(error.description.contains("expected what a search has tried"))
    }
  }

  @Test("Infinite losses of candidates are kept, and lose against others")
  func infiniteLosses() throws {
    let folder = TemporaryFolder()
    let first = try run(.sparsity(0.5), journal: folder.path("j"))
    let text = String(decoding: contents(folder.path("j"))!, as: UTF8.self)
    // The chosen candidate's loss becomes infinite, and its accuracy what it was.
    let choice = "\"choice\":[\(first.chosen.choice.map(String.init).joined(separator: ","))],"
    let point = try #require(first.points.first { $0.choice == first.chosen.choice })
    let found = "\(choice)\"cost\":\(Int(point.cost)),\"loss\":"
    #expect(text.contains(found), "\(found)")
    folder.file("j", Array(text.replacing(found, with: found + "\"Infinity\",\"was\":").utf8))
    let again = try run(.sparsity(0.5), journal: folder.path("j"))
    #expect(again.points.first { $0.choice == first.chosen.choice }?.loss == .infinity)
    #expect(again.meetsTarget && again.chosen.loss.isFinite)
  }

  @Test(
    "Batch normalisation is measured anew for candidates, and for what comes out where outputs drift",
    arguments: [false, true])
  func normalisation(restores: Bool) throws {
    let network = SearchCase.normalised
    let method: any LayerPruningMethod = restores ? SparseGPT() : MagnitudeMethod()
    let search = PruningSearch(
      pruning: OneShotPruning(method: method, amounts: .uniform(0)), target: .sparsity(0.6),
      settings: SearchCase.settings)
    let outcome = try #require(try search.run(network, training: training))
    func statistics(_ network: Network) -> [[Float]] { network.statistics.map(\.values.values) }
    #expect((statistics(outcome.network) == statistics(network)) == restores)
    let parts = training.split(holdingOut: 300, seed: SearchCase.seed)
    let calibration = parts.rest.prefix(200)
    let pruned = try LayerVariants(
      search.pruning, of: network, at: SearchCase.settings.levels, patterns: SearchCase.settings.patterns,
      calibration: calibration.samples(for: network))
    let variants = try #require(pruned)
    for point in outcome.points {
      var candidate = variants.network(point.choice)
      if point.choice.contains(where: { $0 > 0 }) { candidate.recalibrateBatchNorm(on: calibration) }
      #expect(candidate.evaluate(on: parts.heldOut).accuracy == point.accuracy, "\(point.choice)")
    }
  }

  @Test(
    "Limits that no integer holds are said, and met by the network as it was; the figure shows costs, not the limit"
  )
  func hugeLimits() throws {
    #expect(SearchCost.multiplyAccumulates.words(1e300) == "1e+300 multiply-accumulates")
    #expect(SearchCost.fileBytes.words(1234.4) == "1234 bytes")
    for cost in SearchCost.allCases {
      let outcome = try run(.atMost(.amount(1e300), cost))
      #expect(outcome.meetsTarget && outcome.chosen.accuracy >= outcome.dense.accuracy - 0.02)
      let figure = outcome.figure(title: "anything goes")
      #expect(figure.divisions.isEmpty && figure.x.range!.upperBound < 1e6, "\(figure.x.range!)")
    }
    #expect(try run(.sparsity(0.5)).figure(title: "half").divisions == [860])
  }

  @Test("Without labels, the network's own answers judge: nothing pruned agrees with all of them")
  func unlabelled() throws {
    var settings = SearchCase.settings
    settings.usesLabels = false
    let outcome = try #require(
      try SearchCase.search(.sparsity(0.6), settings).run(network, training: training))
    #expect(outcome.dense.accuracy == 1 && abs(outcome.dense.loss) < 1e-6)
    #expect(outcome.chosen.accuracy < 1 || outcome.chosen.loss > 0)
    #expect(outcome.meetsTarget && outcome.chosen.accuracy > 0.7)
  }
}
