/// A row-major matrix in an array, with fillers between its rows and around them.
struct StoredMatrix {
  let rows: Int
  let columns: Int
  let stride: Int
  private let filler: Float
  private(set) var storage: [Float]

  /// Elements before the first row: odd, so that no row is aligned to a vector.
  private static let margin = 3

  /// Uniform elements in -1..<1.
  init(_ size: (rows: Int, columns: Int), gap: Int, filler: Float, using random: inout SplitMix64) {
    (rows, columns) = size
    stride = columns + gap
    self.filler = filler
    // The last row ends with the array: a sanitizer sees whoever reads on.
    let count = rows == 0 ? 0 : (rows - 1) * stride + columns
    storage = Array(repeating: filler, count: Self.margin + count)
    for row in 0..<rows {
      for column in 0..<columns { self[row, column] = random.nextUniform() }
    }
  }

  subscript(row: Int, column: Int) -> Float {
    get { storage[Self.margin + row * stride + column] }
    set { storage[Self.margin + row * stride + column] = newValue }
  }

  /// Whether everything outside the rows is still the filler.
  var fillerIsIntact: Bool {
    storage.indices.allSatisfy { index in
      let place = index - Self.margin
      return (place >= 0 && place % max(stride, 1) < columns) || storage[index] == filler
    }
  }

  /// The patterns of all elements: equal only for equal bits, NaN included.
  var bits: [UInt32] { storage.map(\.bitPattern) }

  mutating func fill(_ value: Float) {
    for row in 0..<rows {
      for column in 0..<columns { self[row, column] = value }
    }
  }

  func withBase(_ body: (UnsafePointer<Float>) -> Void) {
    storage.withUnsafeBufferPointer { body($0.baseAddress! + Self.margin) }
  }

  mutating func withMutableBase(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    storage.withUnsafeMutableBufferPointer { body($0.baseAddress! + Self.margin) }
  }
}

/// The generator of Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, 2014.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A multiple of 2⁻²³ in -1..<1.
  mutating func nextUniform() -> Float {
    Float(Int32(truncatingIfNeeded: next() >> 40) - (1 << 23)) * 0x1p-23
  }
}
