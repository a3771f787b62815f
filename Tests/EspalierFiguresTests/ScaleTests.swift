import EspalierFigures
import Testing

@Suite struct ScaleTests {
  @Test func meansAndSpreads() {
    let point = LineFigure.Point(0.5, samples: [1, 2, 6])
    #expect(point.y == 3 && abs(point.spread! - 7.0.squareRoot()) < 1e-15)
    #expect(LineFigure.Point(0, samples: [4]).spread == nil && LineFigure.Point(0, samples: []).y.isNaN)
  }
}
