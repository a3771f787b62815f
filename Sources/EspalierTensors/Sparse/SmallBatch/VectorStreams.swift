internal import CEspalierKernels

/// What the kernels read of a `SparseVectorLayout`, step after step.
struct VectorStreams: Sendable {
  let rows: AlignedStorage<Int32>
  let starts: AlignedStorage<UInt32>
  /// The positions of a step's slots, in as many bytes each as the addressing says.
  let indices: AlignedStorage<UInt8>
  private let single: AlignedStorage<Float>?
  private let half: AlignedStorage<UInt16>?

  init(
    _ matrix: CompressedRows, rowOrder: VectorRowOrder, firstSteps: AlignedStorage<Int64>,
    addressing: VectorAddressing, values precision: SparseVectorLayout.Values
  ) {
    let steps = Int(firstSteps.values[rowOrder.groups])
    let slots = steps * addressing.slotsPerStep
    rows = AlignedStorage(copying: rowOrder.rows)
    starts = AlignedStorage(uninitializedCount: addressing.window == nil ? 0 : steps)
    indices = AlignedStorage(uninitializedCount: slots * addressing.bytesPerIndex)
    let values = AlignedStorage<Float>(uninitializedCount: slots)
    indices.values.update(repeating: 0)
    values.values.update(repeating: 0)
    Self.fill(
      matrix, rowOrder, addressing, starts: starts.values,
      indices: UnsafeMutableRawPointer(indices.values.baseAddress!),
      values: values.values)
    switch precision {
    case .single: (single, half) = (values, nil)
    case .half: (single, half) = (nil, Self.halves(of: values))
    }
  }

  var values: UnsafeRawPointer { single.map { UnsafeRawPointer($0.base) } ?? UnsafeRawPointer(half!.base) }

  var byteCount: Int {
    rows.byteCount + starts.byteCount + indices.byteCount + (single?.byteCount ?? 0) + (half?.byteCount ?? 0)
  }

  private static func fill(
    _ matrix: CompressedRows, _ rowOrder: VectorRowOrder, _ addressing: VectorAddressing,
    starts: UnsafeMutableBufferPointer<UInt32>, indices: UnsafeMutableRawPointer,
    values: UnsafeMutableBufferPointer<Float>
  ) {
    let lanes = VectorRowOrder.lanes
    var step = -1
    matrix.values.withUnsafeBufferPointer { weights in
      for group in 0..<rowOrder.groups {
        rowOrder.forEachStep(
          of: group, in: matrix, addressing: addressing,
          begin: { start in
            step += 1
            if addressing.window != nil { starts[step] = UInt32(start) }
          },
          take: { slot, lane, position, offset in
            values[step * addressing.slotsPerStep + slot * lanes + lane] = weights[position]
            switch addressing {
            case .window32, .window64, .window128:
              indices.storeBytes(
                of: UInt8(truncatingIfNeeded: offset), toByteOffset: step * 64 + lane * 4 + slot,
                as: UInt8.self)
            case .columns16:
              indices.storeBytes(
                of: UInt16(truncatingIfNeeded: offset), toByteOffset: (step * lanes + lane) * 2,
                as: UInt16.self)
            case .columns32:
              indices.storeBytes(of: offset, toByteOffset: (step * lanes + lane) * 4, as: Int32.self)
            }
          })
      }
    }
  }

  private static func halves(of values: AlignedStorage<Float>) -> AlignedStorage<UInt16> {
    let halves = AlignedStorage<UInt16>(uninitializedCount: values.values.count)
    Compute.current.kernels.half_precision(halves.values.baseAddress!, values.base, values.values.count)
    precondition(
      halves.values.allSatisfy { $0 & 0x7fff != 0x7c00 }, "half precision holds no value of 65520 or more")
    return halves
  }
}
