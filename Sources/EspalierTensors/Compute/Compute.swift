internal import CEspalierKernels

/// The resolved choice of backend, instruction set and thread count that one operation runs with.
///
/// Public calls resolve the task-locals once and hand the result down, because task-locals do not reach worker threads
/// and cost a look-up each. Layers find it in their context.
public struct Compute: Sendable {
  /// Who computes dense products.
  public let backend: Backend
  /// What Espalier's own kernels are compiled for.
  public let instructionSet: InstructionSet
  /// The most threads an operation uses.
  public let threads: Int

  private let table: KernelTable

  /// The choice with the given parts; traps when the backend or the instruction set is not available.
  public init(backend: Backend, instructionSet: InstructionSet, threads: Int) {
    precondition(backend.isAvailable, "the \(backend.rawValue) backend is not part of this build")
    precondition(instructionSet.isAvailable, "this processor cannot run \(instructionSet.rawValue) kernels")
    precondition(threads >= 1, "at least one thread is needed, not \(threads)")
    self.backend = backend
    self.instructionSet = instructionSet
    self.threads = threads
    table = KernelTable(instructionSet)
  }

  /// The choice of the current task.
  public static var current: Compute {
    Compute(backend: .current, instructionSet: .current, threads: ThreadCount.current)
  }

  /// The processor core whose kernels compute dense products: OpenBLAS's name for it, `swift` for the reference.
  public var coreName: String { backend == .openBLAS ? OpenBLAS.coreName ?? "unknown" : "swift" }

  var kernels: EspalierKernels { table.pointer.pointee }
}

/// The table of C kernels of one instruction set; immutable, so it may be shared.
private struct KernelTable: @unchecked Sendable {
  let pointer: UnsafePointer<EspalierKernels>
  init(_ set: InstructionSet) { pointer = espalier_kernels(set.kernelName) }
}
