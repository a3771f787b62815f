public import EspalierNetworks
internal import EspalierTensors

/// How much each layer gives: how many units of each stay so that a wanted number stays in all.
///
/// One of the four independent choices of a `Pruner`.
public protocol PruningDistribution: Sendable {
  /// Whether the distribution itself says how many stay, whatever amount is wished.
  var fixesAmount: Bool { get }

  /// How many units of each layer stay: never more than are alive, `total` in all where it does not fix the amount itself.
  func kept(of layers: [PrunableLayer], total: Int) -> [Int]
}

extension PruningDistribution {
  /// The amount decides.
  public var fixesAmount: Bool { false }
}

/// A parameter as a distribution sees it.
public struct PrunableLayer: Sendable {
  /// Which parameter.
  public let path: ParameterPath
  /// Its shape.
  public let shape: [Int]
  /// All its units, those pruned before included.
  public let unitCount: Int
  /// The units with their scores.
  public let units: PruningUnits

  /// The number of units with survivors.
  public var alive: Int { units.survivors }
}

/// Every layer keeps the same share of its units.
public struct UniformDistribution: PruningDistribution {
  /// The distribution.
  public init() {}
  /// In proportion to the units, within one of it; what was pruned before in one layer is left to the others.
  public func kept(of layers: [PrunableLayer], total: Int) -> [Int] {
    Apportionment(
      proportionalTo: layers.map { Double($0.unitCount) }, atMost: layers.map(\.alive), total: total
    ).counts
  }
}

/// One threshold for the whole network: the units with the largest scores stay, wherever they are.
public struct GlobalDistribution: PruningDistribution {
  /// The distribution.
  public init() {}
  /// How many of each layer are among the `total` largest of all; ties fall in the order of layers and indices.
  public func kept(of layers: [PrunableLayer], total: Int) -> [Int] {
    let alive = layers.reduce(0) { $0 + $1.alive }
    var cut = UnitCut(smallest: max(alive - total, 0), of: layers.map(\.units))
    return layers.map { cut.kept(of: $0.units).survivors }
  }
}

/// Erdős–Rényi: the density of a layer is in proportion to (inputs + outputs) / (inputs · outputs), so that large layers
/// become sparser than small ones; with the kernel, ERK, the sizes of a convolution's kernel count in both.
///
/// For linear layers both are the same. Layers for which the rule asks more than they have stay whole, and the others take
/// the rest.
///
/// Sources: D. Mocanu et al., Nature Communications 9 (2018); with the kernel: U. Evci et al., "Rigging the lottery: making all
/// tickets winners" (ICML 2020).
public struct ErdosRenyiDistribution: PruningDistribution {
  /// Whether a convolution's kernel counts (ERK).
  public let includesKernel: Bool

  /// The distribution; ERK by default.
  public init(includesKernel: Bool = true) { self.includesKernel = includesKernel }
  /// In proportion to the sum of the sizes over their product, times the units.
  public func kept(of layers: [PrunableLayer], total: Int) -> [Int] {
    Apportionment(
      proportionalTo: layers.map { Double($0.unitCount) * weight(of: $0.shape) }, atMost: layers.map(\.alive),
      total: total
    ).counts
  }

  /// How many weights parameters of the given shapes keep, ⌊density · weights⌉ together; of those of which only so many are
  /// `alive`, no more than that, and what they cannot give is left to the others. Traps unless the density lies in 0…1.
  public func survivors(of shapes: [[Int]], density: Double, alive: [Int]? = nil) -> [Int] {
    precondition((0...1).contains(density), "a density lies in 0…1, not \(density)")
    let counts = shapes.map { $0.reduce(1, *) }
    let most = alive ?? counts
    return Apportionment(
      proportionalTo: zip(counts, shapes).map { Double($0) * weight(of: $1) }, atMost: most,
      total: min(Int((density * Double(counts.reduce(0, +))).rounded()), most.reduce(0, +))
    ).counts
  }

  private func weight(of shape: [Int]) -> Double {
    let sizes = (includesKernel ? shape : Array(shape.prefix(2))).map(Double.init)
    return sizes.reduce(0, +) / max(sizes.reduce(1, *), 1)
  }
}

/// The sparsity of each layer as given; layers without one stay as they are.
public struct PerLayerDistribution: PruningDistribution {
  private let sparsities: [String: Double]

  /// The sparsities by node, such as `["fc1": 0.95]`; traps unless they lie in 0…1.
  public init(_ sparsities: [String: Double]) {
    for (node, sparsity) in sparsities {
      precondition((0...1).contains(sparsity), "a sparsity lies in 0…1, not \(sparsity) (\(node))")
    }
    self.sparsities = sparsities
  }

  /// The given sparsities decide.
  public var fixesAmount: Bool { true }
  /// ⌊(1 − sparsity) · units⌉ of each layer.
  public func kept(of layers: [PrunableLayer], total: Int) -> [Int] {
    layers.map { layer in
      guard let sparsity = sparsities[layer.path.node] else { return layer.alive }
      return min(
        layer.alive, layer.unitCount - Int((sparsity * Double(layer.unitCount)).rounded(.toNearestOrEven)))
    }
  }
}
