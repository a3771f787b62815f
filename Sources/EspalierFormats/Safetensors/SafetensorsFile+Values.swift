extension SafetensorsFile {
  /// Calls `body` with the bytes of a tensor, as they are in the file, aligned to 64 bytes.
  ///
  /// The bytes are read for this call and live only during it.
  ///
  /// - Throws: `FormatError` if there is no such tensor, `FileError`, and what `body` throws.
  public func withBytes<Result>(
    _ name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    let entry = try requireEntry(name)
    try requireMemory(entry.byteRange.count, path: path)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: entry.byteRange.count, alignment: 64)
    defer { buffer.deallocate() }
    try read(entry, into: buffer)
    return try body(UnsafeRawBufferPointer(buffer))
  }

  /// The elements of a floating-point tensor (F32, F16, BF16) as `Float`, row-major; widening is exact.
  ///
  /// Not-a-numbers and infinities are returned as they are.
  ///
  /// - Throws: `FormatError` if there is no such tensor or it has another type; `FileError`.
  public func floats(_ name: String) throws -> [Float] {
    let entry = try requireEntry(name)
    try requireMemory(4 * entry.count, path: path)
    return try [Float](unsafeUninitializedCapacity: entry.count) { buffer, initialized in
      let values = UnsafeMutableBufferPointer(rebasing: buffer[..<entry.count])
      try readFloats(name, into: values)
      initialized = entry.count
    }
  }

  /// Reads the elements of a floating-point tensor (F32, F16, BF16) into memory of the caller, row-major.
  ///
  /// - Precondition: `values` has as many elements as the tensor.
  /// - Throws: `FormatError` if there is no such tensor or it has another type; `FileError`. The memory
  ///   then holds anything.
  public func readFloats(_ name: String, into values: UnsafeMutableBufferPointer<Float>) throws {
    let entry = try requireEntry(name)
    precondition(values.count == entry.count, "\(entry.count) elements into room for \(values.count)")
    switch entry.type {
    case .float32: try read(entry, into: UnsafeMutableRawBufferPointer(values))
    case .float16: try readWidened(entry, into: values, widen: widenedHalf)
    case .bfloat16: try readWidened(entry, into: values, widen: widenedBrain)
    default: throw wrongType(entry, expected: "F32, F16 or BF16")
    }
  }

  /// The elements of a tensor of truth values (BOOL, or U8 of zeros and ones), row-major.
  ///
  /// - Throws: `FormatError` if there is no such tensor, it has another type, or an element is neither 0
  ///   nor 1; `FileError`.
  public func bools(_ name: String) throws -> [Bool] {
    let entry = try requireEntry(name)
    guard entry.type == .bool || entry.type == .uint8 else {
      throw wrongType(entry, expected: "BOOL or U8")
    }
    return try withBytes(name) { bytes in
      if let index = bytes.firstIndex(where: { $0 > 1 }) {
        throw FormatError(
          file: path, place: "tensor \(name), element \(index)", expected: "0 or 1", found: "\(bytes[index])")
      }
      return bytes.map { $0 == 1 }
    }
  }

  /// Reads 16-bit elements piece by piece, so that no second copy of the tensor is made.
  private func readWidened(
    _ entry: SafetensorsEntry, into values: UnsafeMutableBufferPointer<Float>, widen: (UInt16) -> Float
  ) throws {
    var piece = [UInt16](repeating: 0, count: min(entry.count, 1 << 15))
    var done = 0
    while done < entry.count {
      let count = min(piece.count, entry.count - done)
      try piece.withUnsafeMutableBytes { buffer in
        try read(entry, at: 2 * done, into: .init(rebasing: buffer[..<(2 * count)]))
      }
      for index in 0..<count { values[done + index] = widen(piece[index]) }
      done += count
    }
  }

  private func wrongType(_ entry: SafetensorsEntry, expected: String) -> FormatError {
    FormatError(file: path, place: "tensor \(entry.name)", expected: expected, found: entry.type.rawValue)
  }
}
