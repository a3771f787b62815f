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

  /// The processor core whose kernels OpenBLAS runs, such as `SkylakeX` or `Zen`; nil without the library.
  public static var coreName: String? {
    #if OpenBLAS
      _ = isReady
      return runningCore
    #else
      return nil
    #endif
  }

  /// One line when OpenBLAS runs kernels below what the processor can do, usually because the environment says so.
  ///
  /// On a processor with AVX-512 a core without it has half the speed or less.
  public static var slowCoreWarning: String? {
    #if OpenBLAS
      guard let core = coreName, let better = OpenBLASCore.better(than: core) else { return nil }
      let asked = environmentValue(OpenBLASCore.environmentVariable)
      let remedy =
        asked == nil
        ? "set \(OpenBLASCore.environmentVariable)=\(better.name)"
        : "unset \(OpenBLASCore.environmentVariable) and OPENBLAS_L2_SIZE"
      return "OpenBLAS runs its \(core) kernels, though this processor has "
        + "\(InstructionSet.strongest.displayName): \(remedy) for full speed"
    #else
      return nil
    #endif
  }

  #if OpenBLAS
    /// Settles, before the first product, which kernels run and that the library's own pool stays at one thread: the
    /// engine splits the work (see `ThreadCount`).
    private static let isReady: Void = {
      if environmentValue(OpenBLASCore.environmentVariable) == nil, let core = runningCore {
        OpenBLASCore.better(than: core)?.start()
      }
      openblas_set_num_threads(1)
    }()

    /// Settles it, if no call has yet.
    static func makeReady() { _ = isReady }

    private static var runningCore: String? { openblas_get_corename().map { String(cString: $0) } }

    static func sgemm(_ product: MatrixProduct) {
      _ = isReady
      cblas_sgemm(
        CblasRowMajor, product.transposeA ? CblasTrans : CblasNoTrans,
        product.transposeB ? CblasTrans : CblasNoTrans,
        blasint(product.m), blasint(product.n), blasint(product.k), product.alpha, product.a,
        blasint(max(product.aStride, 1)), product.b, blasint(max(product.bStride, 1)), product.beta,
        product.c,
        blasint(max(product.cStride, 1)))
    }

    /// The lower triangle of C = X · Xᵀ.
    static func ssyrk(_ x: MatrixView, into c: MatrixView) {
      _ = isReady
      cblas_ssyrk(
        CblasRowMajor, CblasLower, CblasNoTrans, blasint(x.rows), blasint(x.columns), 1, x.base,
        blasint(max(x.columns, 1)), 0, c.base, blasint(max(c.columns, 1)))
    }
  #endif
}
