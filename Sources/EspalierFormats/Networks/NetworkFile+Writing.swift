internal import EspalierNetworks
internal import EspalierTensors

extension NetworkFile {
  /// Writes the file atomically: a crash leaves the old file or none, never a half. Returns its size in bytes.
  ///
  /// Packed parameters are never made dense: the dense form is written row after row, and the compact one in memory
  /// proportional to the survivors.
  ///
  /// - Parameter form: how parameters are laid out: by default as they are held, so that what is packed takes its survivors'
  ///   room in the file too.
  /// - Throws: `FileError`; `FormatError` if a value is beyond the range of 16-bit ones, or a packed matrix too large for
  ///   any reader: more than 2²⁴ rows, 2⁴² positions or 2³⁰ − 1 survivors.
  @discardableResult
  public func write(to path: String, form: NetworkForm = .asHeld) throws -> Int {
    let writer = try makeWriter(form: form, path: path)
    try writer.write(to: path)
    return writer.byteCount
  }

  /// The bytes that the file takes; throws what `write(to:form:)` throws for values and matrices that cannot be stored.
  public func byteCount(form: NetworkForm = .asHeld) throws -> Int {
    try makeWriter(form: form, path: "network").byteCount
  }

  /// The bytes that the dense form takes, or would take if anybody could hold it, with the masks of what was pruned or
  /// without.
  public func denseByteCount(masks: Bool = true) throws -> Int {
    try makeWriter(masks: masks) { _, _ in nil }.byteCount
  }

  /// A writer of all parameters in a form; errors name the path.
  private func makeWriter(form: NetworkForm, path: String) throws -> SafetensorsWriter {
    try makeWriter { parameterPath, parameter in
      guard let values = form.values(of: parameter) else { return nil }
      do throws(CodingFault) {
        return try CompactParameter(parameter, at: parameterPath, values: values)
      } catch {
        throw FormatError(
          file: path, place: "tensor \(parameterPath)", expected: error.expected, found: error.found)
      }
    }
  }

  /// A writer of all parameters, compact where `compact` makes them so.
  private func makeWriter(
    masks: Bool = true, compact: (ParameterPath, Parameter) throws -> CompactParameter?
  ) throws -> SafetensorsWriter {
    var writer = SafetensorsWriter(metadata: metadata)
    writer.metadata[Self.architectureKey] = try JSONText.encode(NetworkDescription(of: network))
    var entries: [String: CompactEntry] = [:]
    for (path, parameter) in network.parameters {
      if let compact = try compact(path, parameter) {
        compact.add(to: &writer)
        entries[path.description] = compact.entry
      } else {
        writer.addDense(parameter, at: path, masks: masks)
      }
    }
    for (path, values) in network.statistics {
      writer.add(path.description, type: .float32, shape: values.shape) { sink in
        try values.withUnsafeValues { try sink(UnsafeRawBufferPointer($0)) }
      }
    }
    writer.metadata[Self.compactKey] = entries.isEmpty ? nil : try JSONText.encode(entries)
    return writer
  }
}

extension NetworkForm {
  /// How a parameter's values are stored if it is to be compact.
  fileprivate func values(of parameter: Parameter) -> CompactValues? {
    switch self {
    case .asHeld: parameter.isPacked ? .float32 : nil
    case .dense: parameter.isPacked && parameter.count > Parameter.mostDenseValues ? .float32 : nil
    case .compact(let values):
      parameter.isPacked || (parameter.shape.count >= 2 && parameter.mask != nil) ? values : nil
    }
  }
}

extension SafetensorsWriter {
  /// Adds all values and, if there is one and it is wanted, the mask.
  fileprivate mutating func addDense(_ parameter: Parameter, at path: ParameterPath, masks: Bool) {
    add(path.description, type: .float32, shape: parameter.shape) { sink in
      guard let matrix = parameter.packed else {
        return try parameter.withUnsafeStoredValues { try sink(UnsafeRawBufferPointer($0)) }
      }
      try CompressedRows(matrix).forEachDenseRow(of: { $0 }, sink)
    }
    guard masks else { return }
    if let matrix = parameter.packed {
      add(path.maskName, type: .bool, shape: parameter.shape) { sink in
        try CompressedRows(matrix).forEachDenseRow(of: { _ in UInt8(1) }, sink)
      }
    } else if let mask = parameter.mask {
      add(path.maskName, type: .bool, shape: parameter.shape) { sink in try mask.writeBytes(to: sink) }
    }
  }
}
