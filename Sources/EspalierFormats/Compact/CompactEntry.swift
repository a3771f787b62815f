/// What a file's metadata say about a compact parameter: the matrix's shape and how its positions are coded.
struct CompactEntry: Codable {
  let shape: [Int]
  private let coding: Coding
  private let bits: Int?

  private enum Coding: String, Codable { case bitmap, rice }

  // The most that a file may announce. With no survivors at all these take 300 MB, and there is a second's work in them;
  // beyond them both would grow with numbers that cost a file nothing. A slot of a packed matrix is numbered with 32 bits,
  // and four rows may share one survivor's slots.
  static let mostRows = 1 << 24
  static let mostColumns = Int(Int32.max)
  static let mostPositions = 1 << 42
  static let mostSurvivors = 1 << 30 - 1

  init(rows: Int, columns: Int, coding: any PositionCoding) {
    shape = [rows, columns]
    let rice = coding as? RiceCoding
    self.coding = rice == nil ? .bitmap : .rice
    bits = rice?.lowBits
  }

  /// How the positions are coded; throws when there is no such coding.
  func positionCoding() throws(CodingFault) -> any PositionCoding {
    switch (coding, bits) {
    case (.bitmap, nil): return BitmapCoding()
    case (.rice, let bits?) where (0...RiceCoding.mostLowBits).contains(bits):
      return RiceCoding(lowBits: bits)
    default:
      throw CodingFault(
        expected: "bitmap, or rice with 0 to \(RiceCoding.mostLowBits) bits",
        found: "\(coding.rawValue) with \(bits.map { "\($0)" } ?? "no") bits")
    }
  }

  /// The matrix that a parameter is stored as: its first dimension by all others.
  static func matrix(of shape: [Int]) -> [Int] {
    guard shape.count > 2 else { return shape }
    let columns = shape.dropFirst().reduce(1) {
      let (product, overflow) = $0.multipliedReportingOverflow(by: $1)
      return overflow ? Int.max : product
    }
    return [shape[0], columns]
  }

  /// Throws unless a matrix of the shape and with so many survivors can be stored compact.
  static func requireStorable(_ shape: [Int], survivors: Int) throws(CodingFault) {
    guard shape.count == 2, (0...mostRows).contains(shape[0]), (0...mostColumns).contains(shape[1]),
      shape[0] * shape[1] <= mostPositions
    else {
      throw CodingFault(
        expected: "at most \(mostRows) rows, \(mostColumns) columns and \(mostPositions) positions",
        found: "shape \(shape)")
    }
    let most = min(shape[0] * shape[1], mostSurvivors)
    guard survivors <= most else {
      throw CodingFault(expected: "at most \(most) survivors in shape \(shape)", found: "\(survivors)")
    }
  }
}
