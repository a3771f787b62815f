internal import EspalierNetworks
internal import EspalierTensors

/// One batch: samples in the feature-major layout, and what the network should answer.
final class BatchSlot {
  let input: MatrixView
  private let ownInput: Tensor
  private let classes: UnsafeMutableBufferPointer<Int32>
  private let values: MatrixView?
  private let ownValues: Tensor

  /// Room for `samples` samples, in `input` or in memory of its own; `answerRows` values a sample are kept as answers,
  /// or a class where it is nil.
  init(input: MatrixView?, features: Int, answerRows: Int?, samples: Int) {
    (ownInput, self.input) = Self.matrix(rows: features, columns: samples, in: input)
    classes = .allocate(capacity: samples)
    classes.initialize(repeating: 0)
    let answers = Self.matrix(rows: answerRows ?? 0, columns: samples, in: nil)
    ownValues = answers.own
    values = answerRows == nil ? nil : answers.view
  }

  deinit { classes.deallocate() }

  func load(_ indices: UnsafeBufferPointer<Int32>, from dataset: Dataset, on compute: Compute) {
    dataset.gatherSamples(indices, into: input, on: compute)
    if let values {
      dataset.gatherValues(indices, into: values)
    } else {
      dataset.gatherClasses(indices, into: classes)
    }
  }

  var targets: Targets { values.map(Targets.values) ?? .classes(UnsafeBufferPointer(classes)) }

  private static func matrix(
    rows: Int, columns: Int, in given: MatrixView?
  ) -> (own: Tensor, view: MatrixView) {
    if let given { return (Tensor(zeros: [0]), given) }
    var own = Tensor(zeros: [rows, columns])
    let base = own.withUnsafeMutableValues { $0.baseAddress! }
    return (own, MatrixView(base: base, rows: rows, columns: columns))
  }
}
