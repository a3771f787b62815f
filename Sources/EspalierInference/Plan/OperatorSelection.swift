internal import EspalierNetworks
internal import EspalierTensors

/// How a plan chooses the operator of each layer.
public struct OperatorSelection: Sendable {
  private let measures: Bool
  private let cache: CalibrationCache?
  /// How layouts that can keep values in less precision do it.
  private var values = SparseVectorLayout.Values.single

  private init(measures: Bool, cache: CalibrationCache?) { (self.measures, self.cache) = (measures, cache) }

  /// The same choice among operators with values kept in another precision.
  func keeping(_ values: SparseVectorLayout.Values) -> OperatorSelection {
    var other = self
    other.values = values
    return other
  }

  /// A rule of density, structure and batch size among what the instruction set has: the same at every time and on every
  /// machine that computes with the same set.
  public static let fixed = OperatorSelection(measures: false, cache: nil)

  /// By the clock: each operator that can compute the layer runs for a few milliseconds, and the fastest is taken. What
  /// was found is kept in `cache`, if there is one, for layers of the same size and density.
  public static func calibrated(cache: CalibrationCache? = nil) -> OperatorSelection {
    OperatorSelection(measures: true, cache: cache)
  }

  func choose(for layer: Linear, batchSize: Int, on compute: Compute) -> any PlanOperator {
    let structure = MaskStructure(of: layer.weight)
    let kinds = OperatorKind.candidates(
      for: layer, structure, batchSize: batchSize, compute.instructionSet)
    if kinds.count == 1 { return kinds[0].make(for: layer, values: values) }
    guard measures else {
      return OperatorKind.rule(for: layer, batchSize: batchSize, among: kinds, compute.instructionSet)
        .make(for: layer, values: values)
    }
    let key = CalibrationKey(layer, structure, batchSize: batchSize, kinds, values: values, compute)
    if let known = cache?[key].flatMap(OperatorKind.init), kinds.contains(known) {
      return known.make(for: layer, values: values)
    }
    let contenders = kinds.map { $0.make(for: layer, values: values) }
    let fastest = Calibration.fastest(
      of: contenders, layer: layer, input: [layer.inputs], batchSize: batchSize, on: compute)
    cache?.remember(fastest.kind.rawValue, for: key)
    return fastest
  }

  func choose(
    for layer: Conv2d, image: [Int], batchSize: Int, on compute: Compute
  ) -> any PlanOperator {
    let kinds = ConvolutionOperator.candidates(for: layer)
    guard measures, kinds.count > 1 else { return ConvolutionOperator.make(kinds[0], for: layer) }
    let key = CalibrationKey(layer, image: image, batchSize: batchSize, kinds, compute)
    if let known = cache?[key].flatMap(OperatorKind.init), kinds.contains(known) {
      return ConvolutionOperator.make(known, for: layer)
    }
    let contenders: [any PlanOperator] = kinds.map { ConvolutionOperator.make($0, for: layer) }
    let fastest = Calibration.fastest(
      of: contenders, layer: layer, input: image, batchSize: batchSize, on: compute)
    cache?.remember(fastest.kind.rawValue, for: key)
    return fastest
  }

  /// The network lowered for a batch, shared out as is fastest.
  func shares(of network: Network, batchSize: Int, on compute: Compute) -> [PlanShare] {
    let splits = BatchSplit.candidates(for: network, batchSize: batchSize)
    guard measures && splits.count > 1 else {
      return shares(of: network, split: .rule(for: network, batchSize: batchSize), on: compute)
    }
    let key = CalibrationKey(network, batchSize: batchSize, splits, values: values, compute)
    if let known = cache?[key], let split = splits.first(where: { $0.description == known }) {
      return shares(of: network, split: split, on: compute)
    }
    var parts: [Int: PlanPart] = [:]
    let contenders = splits.map { shares(of: network, split: $0, on: compute, made: &parts) }
    let fastest = Calibration.fastest(of: contenders.map { SplitBench($0) })
    cache?.remember(splits[fastest].description, for: key)
    return contenders[fastest]
  }

  /// The network lowered for a batch that is shared out as told.
  func shares(of network: Network, split: BatchSplit, on compute: Compute) -> [PlanShare] {
    var parts: [Int: PlanPart] = [:]
    return shares(of: network, split: split, on: compute, made: &parts)
  }

  /// The same with parts made before, by their batch sizes; shares of one size have the same.
  private func shares(
    of network: Network, split: BatchSplit, on compute: Compute, made parts: inout [Int: PlanPart]
  ) -> [PlanShare] {
    split.shares.map { share in
      let size = share.batchSize
      let part = parts[size] ?? PlanPart(network, batchSize: size, selection: self, on: compute)
      parts[size] = part
      return PlanShare(part: part, samples: share.samples)
    }
  }
}
