internal import EspalierNetworks
internal import EspalierTensors

/// What kernels can make of a mask that is not random; nothing where it pays nowhere.
struct MaskStructure: Sendable, CustomStringConvertible {
  /// The largest blocks that the mask consists of.
  let blocks: BlockShape?
  /// The slots that it needs in each window of sixteen inputs.
  let slotsPerWindow: Int?

  /// Looks for structure; costs O(survivors), or O(weights) for a dense parameter. Layers that are too large to be dense are
  /// born sparse, at random, and not looked at.
  init(of weight: Parameter) {
    guard weight.survivors < weight.count, weight.count <= Parameter.mostDenseValues else {
      (blocks, slotsPerWindow) = (nil, nil)
      return
    }
    let matrix = weight.compressedRows
    blocks = BlockShape.largest(of: matrix)
    slotsPerWindow = SparseNOfMLayout.slotsPerWindow(of: matrix)
  }

  /// Such as `blocks 16×4`; empty without a structure.
  var description: String {
    [blocks.map { "blocks \($0)" }, slotsPerWindow.map { "\($0) of 16" }].compactMap(\.self).joined(
      separator: " and ")
  }
}
