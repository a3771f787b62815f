import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct InfoTests {
  private let folder = TemporaryFolder()

  /// Kernels below what the processor can do are told of in one line; those that run by themselves are not.
  @Test(.enabled(if: Backend.openBLAS.isAvailable && InstructionSet.strongest == .avx512))
  func slowKernelsAreToldOf() {
    let held = Espalier(folder: folder).shell("OPENBLAS_CORETYPE=Haswell $espalier info")
    #expect(held.status == 0 && held.output.contains("Haswell"))
    let lines = held.errors.split(separator: "\n")
    #expect(
      lines.count == 1 && lines[0].contains("Haswell") && lines[0].contains("unset OPENBLAS_CORETYPE"),
      "\(held.errors)")
    let free = Espalier(folder: folder).shell("unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE; $espalier info")
    #expect(free.status == 0 && free.errors == "")
  }

  @Test func theReferenceIsNotCheckedAgainstItself() {
    let outcome = Espalier(folder: folder).shell("$espalier info --check --backend reference")
    #expect(outcome.status == 0 && outcome.output.contains("nothing to compare"), "\(outcome.errors)")
  }
}
