import EspalierTensors
import Testing

@Suite struct BackgroundTests {
  @Test func bothRunAndTheResultComesBack() {
    let background = Background()
    var sums = [0, 0]
    for turn in 1...1000 {
      let result = sums.withUnsafeMutableBufferPointer { sums in
        background.perform(
          { sums[0] += turn },
          during: {
            sums[1] += turn; return turn
          })
      }
      #expect(result == turn)
    }
    #expect(sums == [500_500, 500_500])
  }

  @Test func anErrorWaitsForTheOtherWork() {
    struct Stop: Error {}
    let background = Background()
    var isDone = false
    #expect(throws: Stop.self) {
      try background.perform({ isDone = true }, during: { throw Stop() })
    }
    #expect(isDone)
  }
}
