#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Memory whose last element ends at an inaccessible page, so that a kernel that reads or writes beyond it
/// crashes, with marked bytes before it.
///
/// Bind it to a variable for as long as its pointer is used: a temporary is unmapped before the call.
public final class GuardedBuffer<Element: BitwiseCopyable> {
  /// The first element.
  public let pointer: UnsafeMutablePointer<Element>
  /// How many elements there are.
  public let count: Int

  private let mapping: UnsafeMutableRawPointer
  private let mappingSize: Int
  private let marked: UnsafeMutableRawBufferPointer
  private static var mark: UInt8 { 0xa5 }

  /// A copy of `values`.
  public init(_ values: [Element]) {
    let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
    let bytes = values.count * MemoryLayout<Element>.stride
    let usable = (bytes + 64 + pageSize - 1) / pageSize * pageSize
    mappingSize = usable + pageSize
    guard
      let mapped = mmap(nil, mappingSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      mapped != MAP_FAILED, mprotect(mapped + usable, pageSize, PROT_NONE) == 0
    else { fatalError("no memory for a guarded buffer of \(bytes) bytes") }
    mapping = mapped
    count = values.count
    pointer = (mapped + usable - bytes).bindMemory(to: Element.self, capacity: max(count, 1))
    pointer.initialize(from: values, count: count)
    marked = UnsafeMutableRawBufferPointer(start: mapped + usable - bytes - 64, count: 64)
    marked.initializeMemory(as: UInt8.self, repeating: Self.mark)
  }

  deinit { munmap(mapping, mappingSize) }

  /// The elements, copied.
  public var values: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// Whether the bytes before the first element are as they were.
  public var isUntouchedBefore: Bool { marked.allSatisfy { $0 == Self.mark } }

  /// The element at `index`, unchecked but for the guard.
  public subscript(index: Int) -> Element {
    get { pointer[index] }
    set { pointer[index] = newValue }
  }
}
