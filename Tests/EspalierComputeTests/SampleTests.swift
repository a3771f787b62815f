import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct SampleTests {
  @Test(arguments: ComputeCase.all)
  func samplesFillTheFirstColumnsAndComeBack(way: ComputeCase) {
    way {
      let compute = Compute.current
      for features in [1, 15, 16, 17, 40] {
        for (samples, columns) in [(1, 1), (1, 16), (7, 16), (15, 16), (16, 16), (17, 32), (31, 32), (5, 6)] {
          var inputs = (0..<samples * features).map { Float($0 + 1) }
          var activations = [Float](repeating: .nan, count: features * columns)
          var outputs = [Float](repeating: .nan, count: inputs.count)
          inputs.withUnsafeMutableBufferPointer { inputs in
            activations.withUnsafeMutableBufferPointer { activations in
              outputs.withUnsafeMutableBufferPointer { outputs in
                let x = MatrixView(base: inputs.baseAddress!, rows: samples, columns: features)
                let y = MatrixView(base: activations.baseAddress!, rows: features, columns: columns)
                compute.load(samples: x, into: y)
                compute.store(
                  y, intoSamples: MatrixView(base: outputs.baseAddress!, rows: samples, columns: features))
              }
            }
          }
          let expected = (0..<features).flatMap { row in
            (0..<columns).map { $0 < samples ? inputs[$0 * features + row] : 0 }
          }
          #expect(activations == expected, "\(samples) samples of \(features) in \(columns) columns")
          #expect(outputs == inputs, "\(samples) samples of \(features) in \(columns) columns")
        }
      }
    }
  }

  /// So many elements that several threads share them, with and without a remainder on the side that they cut.
  @Test(arguments: ComputeCase.all.filter { $0.threads > 1 })
  func threadsShareALongTransposeOut(way: ComputeCase) {
    let narrow = 31
    for wide in [1, 8, 15, 16].map({ (1 << 13) + $0 }) {
      for (rows, columns) in [(narrow, wide), (wide, narrow)] {
        var x = (0..<rows * columns).map(Float.init)
        // One element more, to show that nothing is written past the end.
        var y = [Float](repeating: -1, count: x.count + 1)
        x.withUnsafeMutableBufferPointer { x in
          y.withUnsafeMutableBufferPointer { y in
            way.compute.transpose(
              MatrixView(base: x.baseAddress!, rows: rows, columns: columns),
              into: MatrixView(base: y.baseAddress!, rows: columns, columns: rows))
          }
        }
        var expected = [Float](repeating: -1, count: y.count)
        for column in 0..<columns {
          for row in 0..<rows { expected[column * rows + row] = Float(row * columns + column) }
        }
        #expect(y == expected, "\(rows) × \(columns)")
      }
    }
  }
}
