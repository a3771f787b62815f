import Espalier

/// A tensor that is written in place through a pointer for as long as it lives.
final class Buffer {
  let tensor: Tensor
  let base: UnsafeMutablePointer<Float>

  init(_ values: Tensor) {
    var tensor = values
    base = tensor.withUnsafeMutableValues { $0.baseAddress! }
    self.tensor = tensor
  }

  var matrix: MatrixView { MatrixView(base: base, rows: tensor.shape[0], columns: tensor.shape[1]) }
}
