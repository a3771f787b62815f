internal import EspalierTensors

/// H + λ · mean(diag H) · I with its factorisation: with the damping asked for, or ten times as much until the matrix is
/// positive definite in single precision.
///
/// Inputs that are always 0, and fewer samples than inputs, leave H singular: damping makes it definite, and says that weights
/// without evidence should stay near where they are. The column of a bias is not counted in the mean.
struct DampedMoments: Sendable {
  /// H + λ · mean · I.
  let matrix: Tensor
  /// λ.
  let damping: Double
  private let factor: CholeskyFactor
  /// Whether rows and columns of the factorised matrix are in reverse.
  private let isReversed: Bool

  private static let leastExtraDamping = 1e-6
  private static let mostDamping = 1e3

  /// Factorises, in reverse order of the columns where `reversed`; throws where H has values that are not finite.
  init(_ problem: ReconstructionProblem, reversed: Bool = false, on compute: Compute)
    throws(FactorisationError)
  {
    var damping = problem.damping
    while true {
      let damped = Self.damp(problem, by: damping)
      do throws(FactorisationError) {
        factor = try CholeskyFactor(of: reversed ? damped.reversed : damped, on: compute)
        (matrix, self.damping, isReversed) = (damped, damping, reversed)
        return
      } catch {
        guard case .notPositiveDefinite = error, damping < Self.mostDamping else { throw error }
        damping = max(10 * damping, Self.leastExtraDamping)
      }
    }
  }

  /// The inverse, symmetric; only of what was factorised in order.
  func inverse(on compute: Compute) -> Tensor {
    precondition(!isReversed, "the inverse of a matrix that was factorised in reverse")
    return factor.inverse(on: compute)
  }

  /// The lower triangular L with matrix = L · Lᵀ, and its inverse; only of what was factorised in order.
  func lowerFactors(on compute: Compute) -> (lower: Tensor, inverse: Tensor) {
    precondition(!isReversed, "the lower factor of a matrix that was factorised in reverse")
    return (factor.lower, factor.inverseOfLower(on: compute))
  }

  /// The upper triangular U with inverse = Uᵀ · U; only of what was factorised in reverse.
  ///
  /// With J for the reversal, J · A · J = L · Lᵀ gives A⁻¹ = (J L⁻¹ J)ᵀ · (J L⁻¹ J): one factorisation and one triangular
  /// inverse, half of what the Cholesky factor of the inverse takes.
  func upperFactorOfInverse(on compute: Compute) -> Tensor {
    precondition(isReversed, "the upper factor of a matrix that was factorised in order")
    return factor.inverseOfLower(on: compute).reversed
  }

  private static func damp(_ problem: ReconstructionProblem, by damping: Double) -> Tensor {
    var matrix = problem.moments
    let (columns, width) = (problem.columns, problem.width)
    let mean = (0..<columns).reduce(0.0) { $0 + Double(matrix[$1, $1]) } / Double(max(columns, 1))
    let added = Float(damping * (mean > 0 ? mean : 1))
    for index in 0..<width { matrix[index, index] += added }
    return matrix
  }
}

extension Tensor {
  /// A square matrix with its rows and columns in reverse.
  fileprivate var reversed: Tensor {
    Tensor(shape: shape) { target in
      withUnsafeValues { source in
        for index in source.indices {
          target.initializeElement(at: source.count - 1 - index, to: source[index])
        }
      }
    }
  }
}
