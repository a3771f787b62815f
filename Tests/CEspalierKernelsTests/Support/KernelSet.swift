import CEspalierKernels
import Testing

/// One instruction set's table of kernels: the argument of nearly every test here.
struct KernelSet: Sendable, CustomTestStringConvertible {
  let name: String
  let instructionSet: EspalierInstructionSet

  var testDescription: String { name }
  var isAvailable: Bool { espalier_instruction_set_available(instructionSet) }
  var table: EspalierKernels { espalier_kernels(instructionSet).pointee }

  static let all = [
    KernelSet(name: "portable", instructionSet: ESPALIER_PORTABLE),
    KernelSet(name: "AVX2", instructionSet: ESPALIER_AVX2),
    KernelSet(name: "AVX-512", instructionSet: ESPALIER_AVX512),
  ]
  static let available = all.filter(\.isAvailable)
}

/// Every count around the widths of vectors and mask words, and a few that take many of them.
let interestingCounts = Array(0...67) + [127, 128, 129, 1000]

/// Fewer, for tests over two dimensions.
let interestingSizes = [0, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 50]

struct InstructionSetTests {
  @Test func reportsTheInstructionSetsThatAreTested() {
    let ran = KernelSet.available.map(\.name).joined(separator: ", ")
    let skipped = KernelSet.all.filter { !$0.isAvailable }.map(\.name).joined(separator: ", ")
    print("kernels tested: \(ran); not available here and skipped: \(skipped.isEmpty ? "none" : skipped)")
    #expect(KernelSet.available.first?.name == "portable")
  }

  @Test func everySetHasItsOwnTable() {
    let tables = KernelSet.available.map { espalier_kernels($0.instructionSet) }
    #expect(Set(tables).count == KernelSet.available.count)
  }

  @Test(arguments: KernelSet.available)
  func peakCountsItsOperations(_ kernels: KernelSet) {
    var sink: Float = 0
    #expect(kernels.table.peak_fma(0, &sink) == 0)
    let once = kernels.table.peak_fma(1, &sink)
    #expect(once >= 2 * 16 && kernels.table.peak_fma(100, &sink) == 100 * once)
    #expect(sink.isFinite && sink > 0)
  }
}
