internal import CEspalierKernels

/// How a `SparseVectorLayout` names the column of a survivor.
package enum VectorAddressing: Int, CaseIterable, Sendable {
  /// 8 bits within a window of 32 columns.
  case window32 = 32
  /// 8 bits within a window of 64 columns.
  case window64 = 64
  /// 8 bits within a window of 128 columns.
  case window128 = 128
  /// The column itself in 16 bits.
  case columns16 = 16
  /// The column itself in 32 bits.
  case columns32 = 0

  /// The addressing of the shortest estimated time: steps · the time of a step, where more windows need more permutes but
  /// leave less padding.
  static func cheapest(
    for matrix: CompressedRows, in rowOrder: VectorRowOrder, values: SparseVectorLayout.Values
  ) -> VectorAddressing {
    let candidates = allCases.filter {
      $0.canAddress(matrix.columns) && ($0 != .columns32 || !columns16.canAddress(matrix.columns))
    }
    let costs = candidates.map { addressing in
      let steps = rowOrder.estimatedSteps(of: matrix, addressing: addressing)
      return (
        addressing, cost: steps * addressing.nanoseconds(values, bytes: steps * addressing.bytes(values))
      )
    }
    return costs.min { $0.cost < $1.cost }!.0
  }

  /// The columns of a window; nil for whole columns.
  var window: Int? { isWindow ? rawValue : nil }

  private var isWindow: Bool { rawValue >= 32 }

  /// Slots of sixteen lanes, times the lanes.
  var slotsPerStep: Int { isWindow ? 64 : 16 }

  /// Whether a layout of that many columns can be addressed.
  package func canAddress(_ columns: Int) -> Bool { self != .columns16 || columns <= 1 << 16 }

  var bytesPerIndex: Int {
    switch self {
    case .window32, .window64, .window128: 1
    case .columns16: 2
    case .columns32: 4
    }
  }

  private func bytes(_ values: SparseVectorLayout.Values) -> Double {
    Double(slotsPerStep * (bytesPerIndex + (values == .half ? 2 : 4)) + (isWindow ? 4 : 0))
  }

  /// The time of a step: of its permutes on one core of an Emerald Rapids at 3 GHz, but at least that of its bytes from the
  /// third-level cache where the layout exceeds the second. A gather counts as half as much again as there, because other
  /// processors are slower at it.
  private func nanoseconds(_ values: SparseVectorLayout.Values, bytes total: Double) -> Double {
    let work =
      switch self {
      case .window32: values == .half ? 4.0 : 2.8
      case .window64: values == .half ? 5.8 : 4.5
      case .window128: values == .half ? 9.9 : 8.7
      case .columns16, .columns32: 6.5
      }
    return max(work, total > 1_600_000 ? bytes(values) * 0.037 : 0)
  }

  var kernelName: EspalierAddressing {
    switch self {
    case .window32: ESPALIER_WINDOW_32
    case .window64: ESPALIER_WINDOW_64
    case .window128: ESPALIER_WINDOW_128
    case .columns16: ESPALIER_COLUMNS_16
    case .columns32: ESPALIER_COLUMNS_32
    }
  }
}
