import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// Pooling layers against PyTorch's, forward and backward, for kernels, strides and paddings of which some overlap and some
/// leave pixels out, at batches of one, of parts of a vector and of whole ones. The values have one decimal, so ties occur.
@Suite struct PoolingFixtureTests {
  private struct File: Decodable { let cases: [Case] }

  private struct Case: Decodable {
    let kernel: [Int]
    let stride: [Int]
    let padding: [Int]
    let x: FixtureArray
    let max: Pass
    let mean: Pass
    let meanInside: Pass
    let global: Pass

    /// A layer and what it should do.
    var layers: [(any Layer, Pass)] {
      let (kernel, stride, padding) = (extent(kernel), extent(stride), extent(padding))
      return [
        (MaxPool2d(kernel: kernel, stride: stride, padding: padding), max),
        (AvgPool2d(kernel: kernel, stride: stride, padding: padding), mean),
        (AvgPool2d(kernel: kernel, stride: stride, padding: padding, countsPadding: false), meanInside),
        (GlobalAveragePool2d(), global),
      ]
    }

    private func extent(_ lengths: [Int]) -> Extent { Extent(height: lengths[0], width: lengths[1]) }
  }

  private struct Pass: Decodable {
    let y: FixtureArray
    let dy: FixtureArray
    let dx: FixtureArray
  }

  /// Sums of at most 37 · 4 numbers below 4 and one division: 150 · 4 units of 2⁻²⁴.
  private static let tolerance = 600 * 0x1p-24

  @Test(arguments: ComputeCase.all)
  func matchesPyTorch(_ way: ComputeCase) throws {
    let file = try Fixture.json(File.self, "pytorch/pooling.json")
    #expect(file.cases.count == 8)
    for test in file.cases {
      for (layer, expected) in test.layers {
        let pass = way { passThrough(layer, test.x, expected.dy, on: way.compute) }
        let comment: Comment = "\(layer) on \(test.x.shape), \(way)"
        #expect(largestDifference(pass.output, expected.y.samplesLast) < Self.tolerance, comment)
        let dx = pass.gradients[ParameterPath(node: "samples", name: "weight")]!
        #expect(largestDifference(dx.values, expected.dx.samplesLast) < Self.tolerance, comment)
      }
    }
  }

  /// Inference keeps no taps; the values are the same bits as in training.
  @Test(arguments: ComputeCase.all)
  func inferenceAndTrainingAgree(_ way: ComputeCase) throws {
    let file = try Fixture.json(File.self, "pytorch/pooling.json")
    for test in file.cases {
      for (layer, expected) in test.layers {
        let network = Network(input: Array(test.x.shape.dropFirst())) { layer }
        let output = way {
          inferenceOutput(
            of: network, input: test.x.samplesLast.values, batch: test.x.shape[0], on: way.compute)
        }
        let trained = way { passThrough(layer, test.x, expected.dy, on: way.compute) }.output
        #expect(output == trained, "\(layer) on \(test.x.shape), \(way)")
      }
    }
  }

  @Test(arguments: ComputeCase.all)
  func aNaNIsTheLargest(_ way: ComputeCase) {
    for batch in [1, 3, 16] {
      let network = Network(input: [1, 4, 4]) { MaxPool2d(kernel: 2) }
      for place in 0..<4 {
        var input = [Float](repeating: 1, count: 16 * batch)
        for sample in 0..<batch { input[(place / 2 * 4 + place % 2) * batch + sample] = .nan }
        let output = inferenceOutput(of: network, input: input, batch: batch, on: way.compute)
        #expect(output[..<batch].allSatisfy { $0.isNaN }, "place \(place), batch \(batch), \(way)")
        #expect(output[batch...].allSatisfy { $0 == 1 }, "place \(place), batch \(batch), \(way)")
      }
    }
  }

  @Test func impossibleWindowsTrap() async {
    await #expect(processExitsWith: .failure) { _ = MaxPool2d(kernel: 0) }
    await #expect(processExitsWith: .failure) { _ = AvgPool2d(kernel: 2, stride: 0) }
    await #expect(processExitsWith: .failure) { _ = MaxPool2d(kernel: 3, padding: 2) }
    await #expect(processExitsWith: .failure) { _ = MaxPool2d(kernel: Extent(height: 257, width: 256)) }
    await #expect(processExitsWith: .success) { _ = MaxPool2d(kernel: 256) }
  }
}
