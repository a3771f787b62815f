#if OpenBLAS
  internal import COpenBLAS
#endif

/// The raw calls into OpenBLAS, each spelt once, and what can be asked of the library.
public enum OpenBLAS {
  /// Whether the package was built with the trait `OpenBLAS`.
  public static var isLinked: Bool {
    #if OpenBLAS
      true
    #else
      false
    #endif
  }

  /// The processor core whose kernels OpenBLAS runs, such as `Cooperlake` or `Zen`; nil without the library.
  public static var coreName: String? {
    #if OpenBLAS
      openblas_get_corename().map { String(cString: $0) }
    #else
      nil
    #endif
  }

  /// One line when OpenBLAS runs kernels below what the processor can do, usually because the environment says so.
  ///
  /// OpenBLAS chooses its kernels well by itself, but honours `OPENBLAS_CORETYPE`; on a processor with AVX-512 a core
  /// without it has half the speed.
  public static var slowCoreWarning: String? {
    guard let core = coreName else { return nil }
    let asked = environmentValue("OPENBLAS_CORETYPE").map { " (OPENBLAS_CORETYPE=\($0))" } ?? ""
    let wideCores: Set = ["skylakex", "cooperlake", "sapphirerapids"]
    let fusedCores: Set = ["haswell", "zen", "excavator"]
    switch InstructionSet.strongest {
    case .avx512 where !wideCores.contains(core.lowercased()):
      return "OpenBLAS runs its \(core) kernels\(asked), though this processor has AVX-512: "
        + "unset OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE for full speed"
    case .avx2 where !wideCores.union(fusedCores).contains(core.lowercased()):
      return "OpenBLAS runs its \(core) kernels\(asked), though this processor has AVX2: "
        + "unset OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE for full speed"
    default: return nil
    }
  }

  #if OpenBLAS
    /// OpenBLAS's own pool stays at one thread: the engine splits the work (see `ThreadCount`).
    private static let singleThreaded: Void = openblas_set_num_threads(1)

    static func sgemm(_ product: MatrixProduct) {
      _ = singleThreaded
      cblas_sgemm(
        CblasRowMajor, product.transposeA ? CblasTrans : CblasNoTrans,
        product.transposeB ? CblasTrans : CblasNoTrans,
        blasint(product.m), blasint(product.n), blasint(product.k), product.alpha, product.a,
        blasint(max(product.aStride, 1)), product.b, blasint(max(product.bStride, 1)), product.beta,
        product.c,
        blasint(max(product.cStride, 1)))
    }
  #endif
}
