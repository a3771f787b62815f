import EspalierTensors
import Testing

@Suite struct BackendCheckTests {
  @Test(arguments: Backend.available)
  func everyBackendComputesRightHere(backend: Backend) {
    let check = BackendCheck(of: backend, threads: 3)
    #expect(check.faults.isEmpty)
    #expect((check.comparisons > 0) == (backend != .reference))
  }

  /// A wrong element, a missing one and a NaN all exceed the bound; rounding does not.
  @Test func excessTellsWrongFromRounded() {
    let expected = Tensor([1, 2, 3], shape: [3])
    func excess(_ values: [Float]) -> Double {
      BackendCheck.largestExcess(
        of: Tensor(values, shape: [3]), over: expected, bound: expected, unit: 0x1p-20)
    }
    #expect(excess([1, 2, 3]) == 0)
    #expect(excess([1, 2.000001, 3]) < 1)
    #expect(excess([1, 2, 3.0001]) > 1)
    #expect(excess([0, 2, 3]) > 1e5)
    #expect(excess([1, .nan, 3]).isNaN)
  }

  @Test func aFaultNamesRoutineShapeCoreAndRemedy() {
    let fault = BackendCheck.Fault(
      routine: "cblas_sgemm NT", shape: "m 1, n 2, k 3", core: "Prescott", threads: 2, excess: 12)
    let text = fault.description
    for part in ["cblas_sgemm NT", "m 1, n 2, k 3", "Prescott", "2 threads", "OPENBLAS_CORETYPE"] {
      #expect(text.contains(part))
    }
    #expect(!text.contains("\n"))
  }
}
