/// An array of unsigned bytes in the IDX format of the MNIST database, row-major.
///
/// The file: two zero bytes, the element type (0x08, unsigned byte), the rank, one big-endian 32-bit size
/// per dimension, then the elements. Source: Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of
/// handwritten digits.
public struct IDXArray: Sendable, Equatable {
  /// The sizes of the dimensions, slowest first; one to four of them. A size may be zero.
  public let dimensions: [Int]
  /// The elements; as many as the product of ``dimensions``.
  public let bytes: [UInt8]

  /// Makes an array.
  ///
  /// - Precondition: one to four dimensions, each below 2³², and as many bytes as their product.
  public init(dimensions: [Int], bytes: [UInt8]) {
    precondition((1...4).contains(dimensions.count), "an IDX array of rank \(dimensions.count)")
    precondition(dimensions.allSatisfy { UInt32(exactly: $0) != nil }, "an IDX array of \(dimensions)")
    precondition(
      checkedProduct(dimensions) == bytes.count, "an IDX array of \(dimensions) with \(bytes.count) bytes")
    self.dimensions = dimensions
    self.bytes = bytes
  }

  /// Reads a file, plain or compressed with gzip (told by its content, not by its name).
  ///
  /// The announced size is checked against the file before memory for it is allocated. A compressed file
  /// that announces much more than its own length is first decompressed only to count, so nothing is
  /// allocated on its word.
  ///
  /// - Throws: `FileError`; `FormatError` if the element type is not unsigned byte, if the rank is not 1
  ///   to 4, if the content is longer or shorter than announced, or if the gzip stream is damaged.
  public init(contentsOf path: String) throws {
    self = try IDXReader(file: InputFile(path)).read()
  }

  /// Writes a plain (not compressed) file, atomically; see ``AtomicFile``.
  public func write(to path: String) throws {
    try AtomicFile.write(to: path) { output in
      try output.write([0, 0, IDXReader.unsignedByte, UInt8(dimensions.count)])
      for dimension in dimensions {
        try output.write((0..<4).map { UInt8(truncatingIfNeeded: dimension >> (24 - 8 * $0)) })
      }
      try output.write(bytes)
    }
  }
}

/// The product of sizes, or nil if it does not fit an `Int`.
func checkedProduct(_ sizes: some Sequence<Int>) -> Int? {
  // A zero makes the product zero wherever it stands, even beside sizes whose own product would be too large.
  if sizes.contains(0) { return 0 }
  var product = 1
  for size in sizes {
    let (value, overflow) = product.multipliedReportingOverflow(by: size)
    if overflow { return nil }
    product = value
  }
  return product
}
