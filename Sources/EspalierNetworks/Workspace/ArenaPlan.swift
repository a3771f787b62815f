/// Places buffers with known lifetimes in one block of memory, so that buffers which are never alive together share
/// it.
///
/// Time is a count of execution steps. Placement is greedy: the largest first, each at the lowest offset where it
/// overlaps no placed buffer that lives at the same time (Y. Pisarchyk and J. Lee, "Efficient memory management for deep
/// neural net inference", 2020, call it "greedy by size").
struct ArenaPlan {
  private struct Buffer {
    let count: Int
    var birth: Int
    var death: Int
    var offset = 0
  }

  private var buffers: [Buffer] = []

  /// Reserves room for `count` floats that live from `birth` to `death`, both included; returns the buffer's number.
  mutating func reserve(count: Int, birth: Int, death: Int) -> Int {
    buffers.append(Buffer(count: (count + 15) / 16 * 16, birth: birth, death: death))
    return buffers.count - 1
  }

  /// Makes the buffer live at `time` as well.
  mutating func extend(_ buffer: Int, to time: Int) {
    buffers[buffer].birth = min(buffers[buffer].birth, time)
    buffers[buffer].death = max(buffers[buffer].death, time)
  }

  /// Chooses the offsets; returns how many floats the arena takes.
  mutating func place() -> Int {
    var placed: [Int] = []
    var total = 0
    for index in buffers.indices.sorted(by: { (buffers[$1].count, $0) < (buffers[$0].count, $1) }) {
      let buffer = buffers[index]
      var offset = 0
      for other in placed.map({ buffers[$0] }).sorted(by: { $0.offset < $1.offset })
      where other.birth <= buffer.death && buffer.birth <= other.death {
        if offset + buffer.count <= other.offset { break }
        offset = max(offset, other.offset + other.count)
      }
      buffers[index].offset = offset
      placed.append(index)
      total = max(total, offset + buffer.count)
    }
    return total
  }

  /// Where a placed buffer begins, in floats.
  func offset(of buffer: Int) -> Int { buffers[buffer].offset }
}
