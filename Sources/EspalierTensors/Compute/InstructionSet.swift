internal import CEspalierKernels

/// The instruction set that Espalier's own kernels use; chosen at run time, the strongest available by default.
///
/// A task-local like `Backend`; `ESPALIER_ISA=avx512|avx2|portable` sets the default of the process where that
/// instruction set is available. It does not change what a BLAS does inside.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// Compiler vector types on the platform's baseline: SSE2 on x86-64, NEON on arm64.
  case portable
  /// AVX2 with fused multiply-add.
  case avx2
  /// AVX-512 (F, BW, DQ, VL).
  case avx512

  /// The instruction set of the current task.
  @TaskLocal public static var current: InstructionSet = processDefault

  /// Whether this processor and this build can run it.
  public var isAvailable: Bool { espalier_instruction_set_available(kernelName) }

  /// The instruction sets that can run here, weakest first.
  public static var available: [InstructionSet] { allCases.filter(\.isAvailable) }

  /// The strongest instruction set that can run here.
  public static var strongest: InstructionSet { available.last ?? .portable }

  /// The environment variable that sets the default of the process.
  public static let environmentVariable = "ESPALIER_ISA"

  private static let processDefault: InstructionSet = {
    if let asked = environmentValue(environmentVariable).flatMap(InstructionSet.init(rawValue:)),
      asked.isAvailable
    {
      return asked
    }
    return strongest
  }()

  /// What its makers call it.
  var displayName: String {
    switch self {
    case .portable: "the platform's baseline"
    case .avx2: "AVX2"
    case .avx512: "AVX-512"
    }
  }

  var kernelName: EspalierInstructionSet {
    switch self {
    case .portable: ESPALIER_PORTABLE
    case .avx2: ESPALIER_AVX2
    case .avx512: ESPALIER_AVX512
    }
  }
}
