internal import EspalierFormats
internal import Yams

/// A mapping of a YAML file whose keys are taken out one by one; what is left over is a mistake.
final class YAMLSection {
  /// The lines of all keys that were met, by their dotted paths.
  final class Lines {
    var ofKey: [String: Int] = [:]
  }

  let file: String
  let lines: Lines
  private let path: String
  private let line: Int
  private var entries: [(key: String, line: Int, node: Node)] = []
  private var known: [String] = []

  /// The mapping at a dotted path, `""` for the whole file; throws when it is none or a key stands twice.
  init(_ node: Node, file: String, path: String, lines: Lines) throws {
    (self.file, self.path, self.lines) = (file, path, lines)
    line = node.mark?.line ?? 1
    guard let mapping = node.mapping else {
      throw FormatError(
        file: file, place: "line \(line)\(path.isEmpty ? "" : ", \(path)")", expected: "keys and values",
        found: node.found)
    }
    for (key, value) in mapping {
      let name = key.string ?? key.found
      let line = key.mark?.line ?? line
      guard !entries.contains(where: { $0.key == name }) else {
        throw FormatError(
          file: file, place: "line \(line)", expected: "each key once", found: "\(name) a second time")
      }
      entries.append((name, line, value))
      lines.ofKey[dotted(name)] = line
    }
  }

  /// The value of a key, nil if it is not there; throws when `parse` gives nothing.
  func value<Value>(_ key: String, _ expected: String, _ parse: (Node) -> Value?) throws -> Value? {
    known.append(key)
    guard let entry = entries.first(where: { $0.key == key }) else { return nil }
    guard let value = parse(entry.node) else {
      throw FormatError(
        file: file, place: place(entry.line, key), expected: expected, found: entry.node.found)
    }
    return value
  }

  /// The mapping under a key, nil if it is not there.
  func section(_ key: String) throws -> YAMLSection? {
    known.append(key)
    guard let entry = entries.first(where: { $0.key == key }) else { return nil }
    return try YAMLSection(entry.node, file: file, path: dotted(key), lines: lines)
  }

  /// Throws when there are keys that nobody asked for.
  func finish() throws {
    guard let unknown = entries.first(where: { !known.contains($0.key) }) else { return }
    throw FormatError(
      file: file, place: "line \(unknown.line)",
      expected: "\(path.isEmpty ? "one of" : "in \(path) one of") \(known.joined(separator: ", "))",
      found: "the key \(unknown.key)")
  }

  /// Where a key stands.
  func place(of key: String) -> String { lines.ofKey[dotted(key)].map { place($0, key) } ?? dotted(key) }

  private func place(_ line: Int, _ key: String) -> String { "line \(line), \(dotted(key))" }
  private func dotted(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}

extension YAMLSection {
  func integer(_ key: String, into target: inout Int, _ range: ClosedRange<Int> = 0...Int.max) throws {
    let expected =
      range.upperBound == .max
      ? "a whole number of at least \(range.lowerBound)"
      : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    target =
      try value(key, expected) { $0.scalarText.flatMap { Int($0) }.flatMap { range.contains($0) ? $0 : nil } }
      ?? target
  }

  func number(
    _ key: String, into target: inout Double,
    _ range: ClosedRange<Double> = 0...Double.greatestFiniteMagnitude
  )
    throws
  {
    target = try number(key, range) ?? target
  }

  func number(_ key: String, _ range: ClosedRange<Double> = 0...Double.greatestFiniteMagnitude) throws
    -> Double?
  {
    let expected =
      range.upperBound == .greatestFiniteMagnitude
      ? "a number of at least \(range.lowerBound)"
      : "a number from \(range.lowerBound) to \(range.upperBound)"
    return try value(key, expected) {
      $0.scalarText.flatMap { Double($0) }.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  func flag(_ key: String, into target: inout Bool) throws {
    target =
      try value(key, "true or false") { ["true": true, "false": false][$0.scalarText ?? ""] } ?? target
  }

  func name<Name: RawRepresentable<String> & CaseIterable>(_ key: String, into target: inout Name) throws {
    let names = Name.allCases.map(\.rawValue).joined(separator: ", ")
    target = try value(key, "one of \(names)") { $0.scalarText.flatMap { Name(rawValue: $0) } } ?? target
  }
}

extension Node {
  /// The text of a scalar that is not null.
  var scalarText: String? { scalar?.string }

  /// A list of scalars.
  var texts: [String]? {
    guard let sequence else { return nil }
    let texts = sequence.compactMap(\.scalarText)
    return texts.count == sequence.count ? texts : nil
  }

  /// What stands there, for messages.
  fileprivate var found: String {
    switch self {
    case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : scalar.string
    case .sequence: "a list"
    case .mapping: "keys and values"
    case .alias: "an alias"
    }
  }
}
