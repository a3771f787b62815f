import EspalierFormats
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Testing

/// A layer whose dense weights would take 1.4 TB, and whose mask 45 GB.
@Suite struct HugeLayerTests {
  static let side = 600_000
  let folder = TemporaryFolder()

  /// Some 4,000 survivors, the first and the last position among them, most rows empty.
  private func sparse(seed: UInt64) -> Network {
    var generator = Xoshiro256(seed: seed)
    var chosen: Set<Int> = [0, Self.side * Self.side - 1]
    for _ in 0..<4000 { chosen.insert(Int.random(in: 0..<Self.side * Self.side, using: &generator)) }
    let positions = chosen.sorted()
    var starts = [Int](repeating: 0, count: Self.side + 1)
    for position in positions { starts[position / Self.side + 1] += 1 }
    for row in 0..<Self.side { starts[row + 1] += starts[row] }
    return network(
      Parameter(
        SparseMatrix(
          rows: Self.side, columns: Self.side, rowStarts: starts,
          columnIndices: positions.map { Int32($0 % Self.side) },
          rowMajorValues: positions.map { _ in Float.random(in: -1...1, using: &generator) }), role: .weight))
  }

  @Test func neverBecomesDenseNotEvenInTheDenseForm() throws {
    let written = sparse(seed: 1)
    let path = folder.path("huge")
    let size = try NetworkFile(written).write(to: path)
    let file = try NetworkFile(contentsOf: path)
    let (before, after) = try (#require(weight(written).packed), #require(weight(file.network).packed))
    #expect(after.violatedInvariant == nil)
    #expect(after.pattern.compressedRows == before.pattern.compressedRows)
    #expect(after.rowMajorValues == before.rowMajorValues)
    // 4 bytes a value, and a gap of 2²⁶ positions or so in 28 bits.
    #expect(size < 8 * before.pattern.survivors + 1000)
    #expect(try file.denseByteCount(masks: false) > 4 * Self.side * Self.side)
    let report = SurvivorReport(of: file.network)
    #expect(report.alive == before.pattern.survivors && report.total == Self.side * Self.side)
  }
}
