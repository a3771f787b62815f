import EspalierNetworks
import EspalierOneShot
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct CalibrationTests {
  @Test("Moments are those of all samples at once, however they stream by", arguments: ComputeCase.all)
  func streaming(_ way: ComputeCase) {
    var generator = Xoshiro256(seed: 6)
    for (features, batches) in [(1, [1]), (5, [3, 1, 8]), (40, [16, 16, 7]), (300, [20])] {
      var moments = SecondMoments(features: features)
      var sums = [Double](repeating: 0, count: features * features)
      var ones = [Double](repeating: 0, count: features)
      for batch in batches {
        var x = Tensor(uniform: -1..<1, shape: [features, batch], using: &generator)
        x.withUnsafeMutableValues {
          moments.add(MatrixView(base: $0.baseAddress!, rows: features, columns: batch), on: way.compute)
        }
        let values = x.values.map(Double.init)
        for i in 0..<features {
          let row = values[i * batch..<(i + 1) * batch]
          ones[i] += row.reduce(0, +)
          for j in 0...i {
            sums[i * features + j] += zip(row, values[j * batch..<(j + 1) * batch]).reduce(0) {
              $0 + $1.0 * $1.1
            }
          }
        }
      }
      let count = Double(batches.reduce(0, +))
      let found = moments.mean(withOnes: true)
      // Each batch of k samples adds at most γ(k) · Σ |x x'| ≤ k · k · u.
      let bound = 2 * count * 0x1p-24
      var (worst, isSymmetric) = (0.0, true)
      for i in 0..<features {
        worst = max(worst, abs(Double(found[i, features]) - ones[i] / count))
        worst = max(worst, abs(Double(moments.norms[i]) - sums[i * features + i].squareRoot()) / count)
        isSymmetric = isSymmetric && found[i, features] == found[features, i]
        for j in 0...i {
          worst = max(worst, abs(Double(found[i, j]) - sums[i * features + j] / count))
          isSymmetric = isSymmetric && found[i, j] == found[j, i]
        }
      }
      #expect(worst <= bound && isSymmetric, "\(features) features, off by \(worst)")
      #expect(found[features, features] == 1)
    }
  }

  @Test("Dead and constant inputs, fewer samples than inputs: pruned all the same", arguments: waysOfPruning)
  func singular(_ way: ComputeCase) throws {
    var generator = Xoshiro256(seed: 7)
    let network = Network.perceptron(sizes: [20, 12, 4], using: &generator)
    for (count, kind) in [(3, "few"), (50, "dead"), (50, "constant"), (50, "zero")] {
      var samples = Tensor(uniform: -1..<1, shape: [count, 20], using: &generator)
      for sample in 0..<count {
        for feature in 0..<20 {
          switch kind {
          case "dead" where feature < 8: samples[sample, feature] = 0
          case "constant" where feature < 8: samples[sample, feature] = 0.5
          case "zero": samples[sample, feature] = 0
          default: break
          }
        }
      }
      for method in Self.methods {
        for damping in [0, 0.01] {
          var pruned = network
          let pruning = OneShotPruning(method: method, amounts: .uniform(0.5), damping: damping)
          let reports = try way { try pruning.prune(&pruned, calibration: samples) }
          #expect(reports.map(\.survivors) == [120, 24], "\(kind)")
          #expect(
            pruned.parameters.allSatisfy { $0.parameter.values.values.allSatisfy(\.isFinite) }, "\(kind)")
          #expect(
            reports.allSatisfy {
              $0.damping >= (method.reconstructs ? damping : 0) && $0.relativeError.isFinite
            })
          if damping == 0, kind != "zero", method.reconstructs {
            #expect(reports[0].damping > 0, "\(kind) is singular without damping")
          }
        }
      }
    }
  }

  @Test("Inputs that are not finite are refused, and the network stays as it was")
  func notFinite() {
    var generator = Xoshiro256(seed: 7)
    let network = Network.perceptron(sizes: [6, 5, 4], using: &generator)
    for value in [Float.nan, .infinity] {
      var samples = Tensor(uniform: -1..<1, shape: [9, 6], using: &generator)
      samples[4, 2] = value
      for method in Self.methods {
        var pruned = network
        let error = #expect(throws: OneShotError.self, "\(method)") {
          try OneShotPruning(method: method, amounts: .uniform(0.5)).prune(&pruned, calibration: samples)
        }
        #expect(error?.layer == "fc1" && pruned.bits == network.bits)
      }
    }
  }

  private static let methods: [any LayerPruningMethod] = [
    MagnitudeMethod(), WandaMethod(), OptimalBrainDamage(), SparseGPT(), OptimalBrainSurgeon(),
    ADMMReconstruction(),
  ]

  @Test("The error reported is that of the layer's outputs on the samples", arguments: waysOfPruning)
  func reportedError(_ way: ComputeCase) throws {
    var generator = Xoshiro256(seed: 9)
    let network = Network.perceptron(sizes: [30, 20, 5], using: &generator)
    let samples = Tensor(uniform: 0..<1, shape: [70, 30], using: &generator)
    var pruned = network
    let reports = try way {
      try OneShotPruning(method: OptimalBrainSurgeon(), amounts: .uniform(0.6)).prune(
        &pruned, calibration: samples)
    }
    let (y, found) = (network.predict(samples).values, pruned.predict(samples).values)
    let error = zip(y, found).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    let energy = y.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(reports[1].relativeError - error / energy) < 1e-4 * (1 + error / energy))
    #expect(reports.map(\.name) == ["fc1", "fc2"])
  }

  @Test("Making up for earlier layers brings the outputs nearer to what they were")
  func correction() throws {
    var generator = Xoshiro256(seed: 10)
    let network = Network.perceptron(sizes: [30, 24, 16, 5], using: &generator)
    let samples = Tensor(uniform: 0..<1, shape: [200, 30], using: &generator)
    let errors = try [true, false].map { corrects in
      var pruned = network
      return try OneShotPruning(amounts: .uniform(0.7), correctsEarlierLayers: corrects)
        .prune(&pruned, calibration: samples).last!.relativeError
    }
    #expect(errors[0] < errors[1])
  }
}
