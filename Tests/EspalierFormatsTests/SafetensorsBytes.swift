/// A safetensors file with this header and so many bytes of data (0, 1, 2, …).
func safetensors(_ header: String, data count: Int = 0) -> [UInt8] {
  safetensors(Array(header.utf8), data: count)
}

/// A safetensors file with this header and so many bytes of data (0, 1, 2, …).
func safetensors(_ header: [UInt8], data count: Int = 0) -> [UInt8] {
  withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init) + header
    + (0..<count).map { UInt8(truncatingIfNeeded: $0) }
}

/// One member of a header.
func member(_ name: String, _ type: String = "F32", _ shape: String = "[1]", _ offsets: String = "[0,4]")
  -> String
{
  "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
}
