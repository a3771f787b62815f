import CEspalierKernels
import Testing

struct TransposeTests {
  private func check(_ kernels: KernelSet, _ rows: Int, _ columns: Int, gap: Int) {
    let source = StridedMatrix(rows: rows, columns: columns, gap: gap) { r, c in Float(r * 1000 + c) }
    let destination = StridedMatrix(rows: columns, columns: rows, gap: 2 * gap) { _, _ in .nan }
    kernels.table.transpose(
      destination.pointer, destination.stride, source.pointer, source.stride, rows, columns)
    var wrong: (Int, Int)?
    for r in 0..<rows { for c in 0..<columns where destination[c, r] != source[r, c] { wrong = (r, c) } }
    #expect(wrong == nil && destination.gapsAreUntouched, "\(rows) × \(columns), gap \(gap)")
  }

  @Test(arguments: KernelSet.available)
  func smallOnes(_ kernels: KernelSet) {
    for rows in interestingSizes {
      for columns in interestingSizes { check(kernels, rows, columns, gap: (rows + columns) % 3) }
    }
  }

  @Test(arguments: KernelSet.available)
  func moreRowsThanAPanel(_ kernels: KernelSet) {
    check(kernels, 259, 18, gap: 0)
    check(kernels, 512, 33, gap: 1)
  }
}
