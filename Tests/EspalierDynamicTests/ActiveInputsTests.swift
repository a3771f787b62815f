import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct ActiveInputsTests {
  /// What a list should hold: by sorting, which no kernel does.
  private func expected(_ rule: ActivationSkipping, of x: [Float]) -> [Int32] {
    switch rule {
    case .threshold(let threshold): return x.indices.filter { !(abs(x[$0]) <= threshold) }.map(Int32.init)
    case .largest(let count):
      func key(_ index: Int) -> UInt32 { x[index].bitPattern & 0x7fff_ffff }
      let order = x.indices.filter { key($0) > 0 }.sorted { (key($1), $0) < (key($0), $1) }
      return order.prefix(count).sorted().map(Int32.init)
    }
  }

  private func check(_ rule: ActivationSkipping, of x: [Float], _ set: InstructionSet, _ what: String) {
    let memory = GuardedBuffer(x)
    let list = ActiveInputs(capacity: x.count)
    list.select(rule, from: memory.pointer, count: x.count, on: on(set))
    let wanted = expected(rule, of: x)
    #expect(list.positions == wanted, "\(what), \(rule), \(set)")
    #expect(
      list.values.map(\.bitPattern) == wanted.map { x[Int($0)].bitPattern }, "\(what), \(rule), \(set)")
  }

  @Test("Every remainder of a vector, ties, zeros and no numbers", arguments: sets)
  func lists(_ set: InstructionSet) {
    var random = Xoshiro256(seed: 3)
    for count in [0, 1, 2, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 300, 784] {
      // Few different values, so that ties are everywhere.
      let coarse = (0..<count).map { _ in Float(Int.random(in: -4...4, using: &random)) / 4 }
      let fine = (0..<count).map { _ in max(0, Float.random(in: -1...1, using: &random)) }
      var special = fine
      for index in special.indices where index % 5 == 2 {
        special[index] = [.nan, -0.0, .infinity, -.infinity, -.nan][index / 5 % 5]
      }
      for (name, x) in [("coarse", coarse), ("fine", fine), ("special", special)] {
        for threshold: Float in [0, 0.25, 0.5, 1, .infinity] {
          check(.threshold(threshold), of: x, set, "\(name), \(count) values, seed 3")
        }
        for most in Set([0, 1, 2, 3, count / 3, count / 2, count - 1, count, count + 5]) where most >= 0 {
          check(.largest(most), of: x, set, "\(name), \(count) values, seed 3")
        }
      }
    }
  }

  @Test("The lowest positions win ties, written by hand", arguments: sets)
  func ties(_ set: InstructionSet) {
    let x: [Float] = [0.5, -1, 0.5, 0, -0.5, 1, 0.25]
    #expect(active(.largest(3), of: x, on: on(set)).positions == [0, 1, 5])
    #expect(active(.largest(4), of: x, on: on(set)).positions == [0, 1, 2, 5])
    #expect(active(.largest(9), of: x, on: on(set)).positions == [0, 1, 2, 4, 5, 6])
    #expect(active(.threshold(0.5), of: x, on: on(set)).positions == [1, 5])
    #expect(active(.threshold(0), of: x, on: on(set)).values == [0.5, -1, 0.5, -0.5, 1, 0.25])
  }

  @Test func mistakesTrap() async {
    await #expect(processExitsWith: .failure) { _ = active(.threshold(-1), of: [1], on: .current) }
    await #expect(processExitsWith: .failure) { _ = active(.threshold(.nan), of: [1], on: .current) }
    await #expect(processExitsWith: .failure) { _ = active(.largest(-1), of: [1], on: .current) }
    await #expect(processExitsWith: .failure) {
      [1, 2].withUnsafeBufferPointer {
        ActiveInputs(capacity: 1).select(.zeros, from: $0.baseAddress!, count: 2, on: .current)
      }
    }
  }
}
