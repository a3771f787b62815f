internal import Dispatch

/// The scratch memory that one thread needs for one product; 64-byte aligned, of one size for all shapes.
struct ProductWorkspace {
  /// Depth of a block: how many terms of a sum are added up in registers before they reach `C`.
  static let depth = 256
  /// Columns of `B` packed at once: with `depth` they make half a megabyte, to stay in a level-two cache.
  static let columns = 512

  /// A packed panel of `A`: per k, `Microtile.rows` elements, each repeated over a vector.
  let panelA: UnsafeMutablePointer<SIMD4<Float>>
  /// Packed panels of `B`, each `depth` rows of `Microtile.columns` elements.
  let blockB: UnsafeMutablePointer<Float>
  /// Where a microkernel leaves its sums: `Microtile.rows` vectors.
  let tile: UnsafeMutablePointer<SIMD8<Float>>

  /// Length of `blockB`.
  static let blockBCount = depth * columns

  private init() {
    panelA = Self.allocate(SIMD4<Float>.self, count: Self.depth * Microtile.rows)
    blockB = Self.allocate(Float.self, count: Self.blockBCount)
    tile = Self.allocate(SIMD8<Float>.self, count: Microtile.rows)
  }

  private static func allocate<Element>(_: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
    UnsafeMutableRawPointer
      .allocate(byteCount: count * MemoryLayout<Element>.stride, alignment: 64)
      .bindMemory(to: Element.self, capacity: count)
  }

  /// Lends `body` a workspace of its own; its contents are arbitrary.
  static func withWorkspace(_ body: (ProductWorkspace) -> Void) {
    let workspace = pool.take() ?? ProductWorkspace()
    body(workspace)
    pool.give(workspace)
  }

  private static let pool = Pool()

  /// The workspaces not in use. They live as long as the process, so there are as many as were ever used at once.
  private final class Pool: @unchecked Sendable {
    private let lock = DispatchSemaphore(value: 1)
    private var idle: [ProductWorkspace] = []

    func take() -> ProductWorkspace? {
      lock.wait()
      defer { lock.signal() }
      return idle.popLast()
    }

    func give(_ workspace: ProductWorkspace) {
      lock.wait()
      defer { lock.signal() }
      idle.append(workspace)
    }
  }
}
