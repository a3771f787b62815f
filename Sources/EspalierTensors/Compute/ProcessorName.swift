#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What the system calls the processor, such as `AMD EPYC 9575F 64-Core Processor`; nil where it has no name for it.
package let processorName: String? = {
  #if canImport(Darwin)
    var length = 0
    guard sysctlbyname("machdep.cpu.brand_string", nil, &length, nil, 0) == 0 else { return nil }
    var text = [UInt8](repeating: 0, count: length)
    guard sysctlbyname("machdep.cpu.brand_string", &text, &length, nil, 0) == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
  #else
    guard let file = fopen("/proc/cpuinfo", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      guard text.hasPrefix("model name") else { continue }
      return text.split(separator: ":", maxSplits: 1).last.map { name in
        String(name.drop(while: \.isWhitespace).prefix { !$0.isNewline })
      }
    }
    return nil
  #endif
}()
