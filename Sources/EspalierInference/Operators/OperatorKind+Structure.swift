internal import EspalierNetworks
internal import EspalierTensors

extension OperatorKind {
  /// The ways that may be the fastest for a layer and a batch; every one is right.
  static func candidates(
    for layer: Linear, _ structure: MaskStructure, batchSize: Int, _ set: InstructionSet
  ) -> [OperatorKind] {
    unstructured(for: layer, batchSize: batchSize, set)
      + structured(structure, survivors: layer.weight.survivors, batchSize: batchSize, set)
  }

  /// Those that the structure of the mask allows.
  private static func structured(
    _ structure: MaskStructure, survivors: Int, batchSize: Int, _ set: InstructionSet
  ) -> [OperatorKind] {
    var kinds: [OperatorKind] = []
    if let shape = structure.blocks, pays(shape, survivors: survivors, batchSize: batchSize, set) {
      kinds.append(.blocks)
    }
    if batchSize <= largestWindowBatch(set), let slots = structure.slotsPerWindow,
      pays(slotsPerWindow: slots, survivors: survivors, batchSize: batchSize, set)
    {
      kinds.append(.nOfM)
    }
    return kinds
  }

  /// Whether blocks were measured to be faster than the layouts without structure. Short vectors are loaded slowly in part,
  /// and have few registers.
  private static func pays(
    _ shape: BlockShape, survivors: Int, batchSize: Int, _ set: InstructionSet
  ) -> Bool {
    switch set {
    case .avx512: batchSize > 1 || shape.rows * shape.columns > 4 || survivors > mostCachedSurvivors
    case .avx2: true
    case .portable: batchSize == 1 || (4...32).contains(batchSize)
    }
  }

  /// The same for windows of which that many slots are used.
  private static func pays(
    slotsPerWindow: Int, survivors: Int, batchSize: Int, _ set: InstructionSet
  ) -> Bool {
    set != .avx512 || batchSize > 1 || slotsPerWindow != 2 || survivors > mostCachedSurvivors
  }

  /// As many survivors stay in the second cache. There the unstructured layout for one sample is faster, on AVX-512, than
  /// blocks of four weights and windows of two slots; beyond, the bytes decide.
  private static let mostCachedSurvivors = 1 << 19

  /// The largest batch for which windows are faster: each sample takes a permute, or two and a choice, of its own.
  private static func largestWindowBatch(_ set: InstructionSet) -> Int {
    switch set {
    case .avx512: 8
    case .avx2: 2
    case .portable: 0
    }
  }
}
