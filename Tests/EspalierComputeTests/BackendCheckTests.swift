import EspalierTensors
import Testing

@Suite struct BackendCheckTests {
  @Test(arguments: Backend.available)
  func everyBackendComputesRightHere(backend: Backend) {
    let check = BackendCheck(of: backend, threads: 3)
    #expect(check.faults.isEmpty)
    #expect((check.comparisons > 0) == (backend != .reference))
  }

  /// Whatever the routine, the shape and the number of threads, one wrong element is a fault.
  @Test(arguments: ["NN", "TN", "NT"], [1, 3])
  func oneWrongElementIsAFault(variant: String, threads: Int) throws {
    let shapes = [[1, 1, 1], [17, 33, 257], [16, 15, 31]]
    let check = BackendCheck(of: .reference, threads: 3, shapes: shapes) { routine, shape, count, found in
      guard routine.hasSuffix(variant), shape == [17, 33, 257], count == threads else { return }
      found[flat: found.count - 1] += 0.01
    }
    let fault = try #require(check.faults.first)
    #expect(check.faults.count == 1)
    #expect(fault.routine == "cblas_sgemm \(variant)" && fault.threads == threads && fault.excess > 1)
    #expect(fault.shape == "m 17, n 33, k 257")
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
