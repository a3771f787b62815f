/// Who computes the dense products.
///
/// The backend is a task-local, read once at the start of every public call:
///
///     Backend.$current.withValue(.reference) { network.predict(images) }
///
/// Its default for the process is the environment variable `ESPALIER_BACKEND` where it names an available backend,
/// else OpenBLAS where the package was built with it (trait `OpenBLAS`), else the reference.
public enum Backend: String, CaseIterable, Sendable {
  /// Pure Swift: needs no C library, runs anywhere, and is the oracle of the tests.
  case reference
  /// OpenBLAS, through the C interface.
  case openBLAS = "openblas"

  /// The backend of the current task.
  @TaskLocal public static var current: Backend = processDefault

  /// Whether the package was built with this backend.
  public var isAvailable: Bool {
    switch self {
    case .reference: true
    case .openBLAS: OpenBLAS.isLinked
    }
  }

  /// The backends this build can run.
  public static var available: [Backend] { allCases.filter(\.isAvailable) }

  /// The environment variable that sets the default of the process.
  public static let environmentVariable = "ESPALIER_BACKEND"

  private static let processDefault: Backend = {
    if let asked = environmentValue(environmentVariable).flatMap(Backend.init(rawValue:)), asked.isAvailable {
      return asked
    }
    return Backend.openBLAS.isAvailable ? .openBLAS : .reference
  }()
}
