#if OpenBLAS
  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #elseif canImport(Darwin)
    internal import Darwin
  #endif

  /// A set of OpenBLAS's kernels, named after the processor core they were written for.
  ///
  /// A build of OpenBLAS knows the processors of its time. On one that came later it may fall back to its oldest kernels
  /// (0.3.21 runs those for SSE3 on Intel's fifth Xeon generation, at a fifth of the speed), though its newer ones run
  /// there as well. `OPENBLAS_CORETYPE` would choose them, but the library reads it when it is loaded, so it is asked to
  /// choose again.
  struct OpenBLASCore {
    /// The variable by which a user chooses kernels; then nothing is changed.
    static let environmentVariable = "OPENBLAS_CORETYPE"

    /// What `OPENBLAS_CORETYPE` calls it.
    let name: String

    private static let withAVX512: Set = ["skylakex", "cooperlake", "sapphirerapids"]
    private static let withAVX2: Set = ["haswell", "zen", "excavator"]

    /// The core to run instead when this processor can do more than `running` uses; nil when it cannot.
    static func better(than running: String) -> OpenBLASCore? {
      let running = running.lowercased()
      return switch InstructionSet.strongest {
      case .avx512 where !withAVX512.contains(running): OpenBLASCore(name: "SkylakeX")
      case .avx2 where !withAVX512.union(withAVX2).contains(running): OpenBLASCore(name: "Haswell")
      default: nil
      }
    }

    /// Makes the library run this core's kernels; does nothing where the library does not have them or was built for
    /// one processor only. Nothing else may be inside the library meanwhile.
    func start() {
      guard Self.symbol("gotoblas_\(name.uppercased())") != nil,
        let quit = Self.function("gotoblas_dynamic_quit"),
        let initialize = Self.function("gotoblas_dynamic_init")
      else { return }
      setenv(Self.environmentVariable, name, 1)
      quit()
      initialize()
      unsetenv(Self.environmentVariable)
    }

    private static func symbol(_ name: String) -> UnsafeMutableRawPointer? {
      dlsym(dlopen(nil, RTLD_LAZY), name)
    }

    private static func function(_ name: String) -> (@convention(c) () -> Void)? {
      symbol(name).map { unsafeBitCast($0, to: (@convention(c) () -> Void).self) }
    }
  }
#endif
