internal import EspalierTensors

/// A way to write which positions of a matrix survive, in row-major order.
protocol PositionCoding: Sendable {
  /// The bytes that say where the survivors are.
  func encode(_ survivors: CompressedRows) -> [UInt8]

  /// The survivors that the bytes name; refuses all but what `encode` can have made of so many.
  func decode(
    _ bytes: UnsafeRawBufferPointer, into reader: inout PositionReader
  ) throws(CodingFault)
}

/// What is wrong with something coded.
struct CodingFault: Error {
  let expected: String
  let found: String
}

/// The coding that takes the fewest bytes, and what it makes.
func smallestCoding(of survivors: CompressedRows) -> (coding: any PositionCoding, bytes: [UInt8]) {
  let rice = RiceCoding.smallest(for: survivors)
  let coding: any PositionCoding =
    rice.size < BitmapCoding.size(positions: survivors.positions) ? rice.coding : BitmapCoding()
  return (coding, coding.encode(survivors))
}

/// Takes positions one after another and checks that there are as many as announced, all within the matrix.
struct PositionReader {
  /// The survivors as lists of columns: those of row r are `columnIndices[rowStarts[r] ..< rowStarts[r + 1]]`.
  private(set) var rowStarts = [0]
  private(set) var columnIndices: [Int32] = []
  let announced: Int
  private let rows: Int
  private let columns: Int
  private var row = 0
  private var column = 0
  private var position = 0

  init(rows: Int, columns: Int, survivors: Int) {
    self.rows = rows
    self.columns = columns
    announced = survivors
    rowStarts.reserveCapacity(rows + 1)
    columnIndices.reserveCapacity(survivors)
  }

  /// How many have come.
  var survivors: Int { columnIndices.count }
  private var positions: Int { rows * columns }

  /// How many positions follow the last survivor.
  var remaining: Int { positions - position }
  var isComplete: Bool { survivors == announced }

  /// Takes the survivor that comes after `gap` pruned positions.
  mutating func append(afterGap gap: Int) throws(CodingFault) {
    guard !isComplete else {
      throw CodingFault(expected: "\(announced) positions, one a value", found: "more")
    }
    guard gap < remaining else {
      throw CodingFault(
        expected: "position \(survivors) of \(announced) below \(positions)",
        found: "one that is \(gap - remaining) beyond")
    }
    column += gap
    if column >= columns {
      let (lines, rest) = column.quotientAndRemainder(dividingBy: columns)
      row += lines
      column = rest
    }
    while rowStarts.count <= row { rowStarts.append(survivors) }
    columnIndices.append(Int32(column))
    column += 1
    position += gap + 1
  }

  /// Throws unless all announced positions have come.
  mutating func finish() throws(CodingFault) {
    guard isComplete else {
      throw CodingFault(expected: "\(announced) positions, one a value", found: "\(survivors)")
    }
    while rowStarts.count <= rows { rowStarts.append(survivors) }
  }
}
