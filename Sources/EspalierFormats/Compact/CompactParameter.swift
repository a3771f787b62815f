internal import EspalierNetworks
internal import EspalierTensors

/// A matrix about to be written compact: its positions are coded at once, its values are put in order when they are
/// written.
struct CompactParameter {
  let entry: CompactEntry
  private let path: ParameterPath
  private let matrix: SparseMatrix
  private let positions: [UInt8]
  private let values: CompactValues

  /// Throws if the matrix is larger than a reader would accept or a value beyond the range of the stored ones. Costs
  /// O(survivors) for a packed parameter, O(values) for a dense one.
  init(_ parameter: Parameter, at path: ParameterPath, values: CompactValues) throws(CodingFault) {
    try CompactEntry.requireStorable(CompactEntry.matrix(of: parameter.shape), survivors: parameter.survivors)
    var parameter = parameter
    parameter.pack()
    matrix = parameter.packed!
    try values.requireRange(of: matrix.values)
    let (coding, positions) = smallestCoding(of: CompressedRows(matrix))
    entry = CompactEntry(rows: matrix.pattern.rows, columns: matrix.pattern.columns, coding: coding)
    self.path = path
    self.positions = positions
    self.values = values
  }

  /// Adds both tensors.
  func add(to writer: inout SafetensorsWriter) {
    let (matrix, values) = (matrix, values)
    writer.add(path.valuesName, type: values.type, shape: [matrix.pattern.survivors]) { sink in
      try values.write(matrix.rowMajorValues, to: sink)
    }
    writer.add(path.positionsName, positions, type: .uint8, shape: [positions.count])
  }
}

extension TensorLedger {
  /// The matrix of a compact parameter. Takes memory in proportion to the tensors in the file and to the rows.
  func compactMatrix(_ path: ParameterPath, _ entry: CompactEntry, shape: [Int]) throws -> SparseMatrix {
    let shape = CompactEntry.matrix(of: shape)
    let values = try takeList(path.valuesName, types: [.float32, .float16, .bfloat16])
    let positions = try takeList(path.positionsName, types: [.uint8])
    let reader = try locating("tensor \(path.positionsName)") {
      guard entry.shape == shape else {
        throw CodingFault(expected: "a matrix of shape \(shape)", found: "\(entry.shape) in the metadata")
      }
      try CompactEntry.requireStorable(shape, survivors: values.count)
      let coding = try entry.positionCoding()
      try requireMemory(8 * (shape[0] + 1) + 4 * values.count, path: file.path)
      var reader = PositionReader(rows: shape[0], columns: shape[1], survivors: values.count)
      try file.withBytes(positions.name) { try coding.decode($0, into: &reader) }
      return reader
    }
    return SparseMatrix(
      rows: shape[0], columns: shape[1], rowStarts: reader.rowStarts, columnIndices: reader.columnIndices,
      rowMajorValues: try file.floats(values.name))
  }

  /// Runs `body`, whose faults become errors that say where they were met.
  private func locating<Result>(_ place: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let fault as CodingFault {
      throw FormatError(file: file.path, place: place, expected: fault.expected, found: fault.found)
    }
  }
}
