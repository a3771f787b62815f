internal import EspalierTensors

/// Where ADMM stands on one layer, all in scaled columns.
///
/// V says it all: Z is V on the mask, U is V elsewhere, so that Z − U is V with the signs of what is pruned turned round, and an
/// iteration is V ← V + α · (W − V · mask) + α · ρ · (Z − U − W) · (H + ρ · I)⁻¹. Where nothing is pruned it stays W to the bit.
struct ADMMIterate {
  /// V, [outputs, width].
  private(set) var values: Tensor
  /// For each element of V whether its weight stays; the bias's always.
  var kept: [Bool]

  private let weights: Tensor
  /// Z − U − W.
  private var distance: Tensor
  private let penalty: Float
  private let relaxation: Float
  private var rows: Int { weights.shape[0] }
  private var width: Int { weights.shape[1] }

  /// Z = W where it was not pruned before, and U = 0.
  init(_ problem: ReconstructionProblem, scales: [Float], _ method: ADMMReconstruction) {
    var scaled = problem.weights
    scaled.formColumns(scales, *)
    weights = scaled
    values = problem.alive.map { scaled.masked(by: $0) } ?? scaled
    kept = problem.aliveWithBias
    distance = Tensor(zeros: scaled.shape)
    (penalty, relaxation) = (method.penalty, method.relaxation)
  }

  /// The next V, for the mask as it is.
  mutating func advance(_ inverse: Tensor, on compute: Compute) {
    stepTowardsWeights(on: compute)
    let (rows, width, factor) = (rows, width, relaxation * penalty)
    values.withUnsafeMutableValues { values in
      distance.withUnsafeValues { distance in
        inverse.withUnsafeValues { inverse in
          guard let a = distance.baseAddress, let b = inverse.baseAddress, let c = values.baseAddress else {
            return
          }
          compute.multiply(
            MatrixProduct(
              m: rows, n: width, k: width, alpha: factor, a: a, aStride: width, b: b, bStride: width,
              beta: 1, c: c, cStride: width))
        }
      }
    }
  }

  /// `distance` becomes Z − U − W, and V the part of the next one that needs no product.
  private mutating func stepTowardsWeights(on compute: Compute) {
    let (rows, width, relaxation) = (rows, width, relaxation)
    values.withUnsafeMutableValues { values in
      distance.withUnsafeMutableValues { distance in
        weights.withUnsafeValues { weights in
          kept.withUnsafeBufferPointer { kept in
            guard let v = values.baseAddress, let distance = distance.baseAddress,
              let w = weights.baseAddress, let kept = kept.baseAddress
            else { return }
            let work = ADMMStep(v: v, distance: distance, w: w, kept: kept, relaxation: relaxation)
            compute.perform(jobs: rows) { row in work.run(row * width..<(row + 1) * width) }
          }
        }
      }
    }
  }
}

/// The memory of one iteration; elements are independent of each other.
private struct ADMMStep: @unchecked Sendable {
  let v: UnsafeMutablePointer<Float>
  let distance: UnsafeMutablePointer<Float>
  let w: UnsafePointer<Float>
  let kept: UnsafePointer<Bool>
  let relaxation: Float

  func run(_ range: Range<Int>) {
    for index in range {
      let (value, weight) = (v[index], w[index])
      distance[index] = (kept[index] ? value : -value) - weight
      v[index] = value + relaxation * (weight - (kept[index] ? value : 0))
    }
  }
}

extension ReconstructionProblem {
  /// For each weight, and for the bias, whether it was not pruned before, [outputs, width].
  var aliveWithBias: [Bool] {
    var flags = [Bool](repeating: true, count: rows * width)
    guard let alive else { return flags }
    for index in 0..<count where !alive[index] { flags[index / columns * width + index % columns] = false }
    return flags
  }
}
