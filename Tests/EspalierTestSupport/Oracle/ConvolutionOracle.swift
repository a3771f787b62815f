public import EspalierNetworks
public import EspalierTensors

/// The sum that defines a convolution, and its derivatives, term by term in `Double`, with what their rounding may come to.
public struct ConvolutionOracle {
  private let shape: ConvolutionShape

  /// The oracle of a convolution.
  public init(_ shape: ConvolutionShape) { self.shape = shape }

  /// The oracle of a layer for a batch of images [channels, height, width].
  public init(_ layer: Conv2d, image: [Int], batch: Int) {
    let geometry = layer.geometry
    self.init(
      ConvolutionShape(
        inputs: layer.inputs, outputs: layer.outputs, groups: layer.groups,
        rows: ConvolutionAxis(
          image: image[1], kernel: geometry.kernel.height, stride: geometry.stride.height,
          padding: geometry.padding.height, dilation: geometry.dilation.height),
        columns: ConvolutionAxis(
          image: image[2], kernel: geometry.kernel.width, stride: geometry.stride.width,
          padding: geometry.padding.width, dilation: geometry.dilation.width),
        batch: batch))
  }

  /// Sums, and for each the sum of the magnitudes of its terms.
  public struct Sums: Sendable {
    /// The sums.
    public fileprivate(set) var values: [Double]
    private var magnitudes: [Double]
    private var terms: [Int]

    fileprivate init(count: Int) {
      values = [Double](repeating: 0, count: count)
      magnitudes = values
      terms = [Int](repeating: 0, count: count)
    }

    fileprivate mutating func add(_ term: Double, to index: Int) {
      values[index] += term
      magnitudes[index] += abs(term)
      terms[index] += 1
    }

    /// The first value that is further away than sums in `Float` may be, in any order: n terms round n times, each time by
    /// at most 2⁻²⁴ of what was summed.
    public func firstViolation(
      in found: some Collection<Float>, where isAsked: (Int) -> Bool = { _ in true }
    ) -> String? {
      guard found.count == values.count else { return "\(found.count) values, \(values.count) expected" }
      for (index, value) in found.enumerated() where isAsked(index) {
        let bound = Double(terms[index] + 2) * 0x1p-24 * magnitudes[index]
        let difference = abs(Double(value) - values[index])
        guard difference <= bound else {
          return "value \(index): found \(value), expected \(values[index]) ± \(bound)"
        }
      }
      return nil
    }
  }

  /// Y = W ∗ X + bias.
  public func output(_ x: [Double], weights: [Double], bias: [Double]?) -> Sums {
    var y = Sums(count: shape.outputs * shape.rows.output * shape.columns.output * shape.batch)
    let pixels = shape.rows.output * shape.columns.output * shape.batch
    if let bias { for index in y.values.indices { y.add(bias[index / pixels], to: index) } }
    forEachTerm { weight, input, output in
      for n in 0..<shape.batch { y.add(weights[weight] * x[input + n], to: output + n) }
    }
    return y
  }

  /// The gradients by the weights, by X and by the bias, from that by Y.
  public func gradients(
    _ dy: [Double], _ x: [Double], weights: [Double]
  ) -> (weights: Sums, input: Sums, bias: Sums) {
    var (dw, dx, db) = (Sums(count: weights.count), Sums(count: x.count), Sums(count: shape.outputs))
    forEachTerm { weight, input, output in
      for n in 0..<shape.batch {
        dw.add(dy[output + n] * x[input + n], to: weight)
        dx.add(dy[output + n] * weights[weight], to: input + n)
      }
    }
    for index in dy.indices { db.add(dy[index], to: index / (dy.count / shape.outputs)) }
    return (dw, dx, db)
  }

  /// Visits every product of a weight with a pixel inside the image: the weight's index, and the first samples of the
  /// input's and the output's pixel.
  private func forEachTerm(_ visit: (_ weight: Int, _ input: Int, _ output: Int) -> Void) {
    let (rows, columns, batch) = (shape.rows, shape.columns, shape.batch)
    let (inputs, outputs) = (shape.inputs / shape.groups, shape.outputs / shape.groups)
    var weight = 0
    for output in 0..<shape.outputs {
      for input in 0..<inputs {
        let channel = output / outputs * inputs + input
        for u in 0..<rows.kernel {
          for v in 0..<columns.kernel {
            for i in 0..<rows.output {
              for j in 0..<columns.output {
                let row = i * rows.stride + u * rows.dilation - rows.padding
                let column = j * columns.stride + v * columns.dilation - columns.padding
                guard (0..<rows.image).contains(row), (0..<columns.image).contains(column) else { continue }
                visit(
                  weight, ((channel * rows.image + row) * columns.image + column) * batch,
                  ((output * rows.output + i) * columns.output + j) * batch)
              }
            }
            weight += 1
          }
        }
      }
    }
  }
}
