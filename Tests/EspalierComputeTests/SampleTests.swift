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
}
