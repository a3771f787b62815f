/// The sizes of a two-dimensional convolution (cross-correlation) of batches [channels, height, width, samples], the samples
/// innermost:
/// y[o, i, j, n] = b[o] + Σ w[o, c, u, v] · x[c₀ + c, rows(i, u), columns(j, v), n] over the channels c of the output's group and
/// the taps u, v.
public struct ConvolutionShape: Sendable, Hashable {
  /// Input channels.
  public let inputs: Int
  /// Output channels.
  public let outputs: Int
  /// The parts that inputs and outputs are cut into; each output sees the inputs of its part only.
  public let groups: Int
  /// The vertical direction.
  public let rows: ConvolutionAxis
  /// The horizontal direction.
  public let columns: ConvolutionAxis
  /// Samples.
  public let batch: Int

  /// The given sizes; traps unless the groups divide the channels.
  public init(
    inputs: Int, outputs: Int, groups: Int = 1, rows: ConvolutionAxis, columns: ConvolutionAxis, batch: Int
  ) {
    precondition(
      groups > 0 && inputs > 0 && outputs > 0 && inputs % groups == 0 && outputs % groups == 0 && batch > 0,
      "\(inputs) input and \(outputs) output channels in \(groups) groups, batches of \(batch)")
    self.inputs = inputs
    self.outputs = outputs
    self.groups = groups
    self.rows = rows
    self.columns = columns
    self.batch = batch
  }

  /// Multiplications of a weight and a pixel a sample, those with the padding included.
  public var multiplications: Int { outputs * terms * rows.output * columns.output }

  /// Inputs of a group.
  var groupInputs: Int { inputs / groups }
  /// Outputs of a group.
  var groupOutputs: Int { outputs / groups }
  /// Taps of a kernel.
  var taps: Int { rows.kernel * columns.kernel }
  /// Terms of an output's sum: the weights of an output.
  var terms: Int { groupInputs * taps }
  /// Floats of an input channel.
  var inputLength: Int { rows.image * columns.image * batch }
  /// Floats of an output channel.
  var outputLength: Int { rows.output * lineLength }
  /// Floats of a line of an output channel.
  var lineLength: Int { columns.output * batch }

  /// Traps unless the matrices are those of this convolution.
  func require(inputs x: MatrixView, outputs y: MatrixView) {
    precondition(
      x.columns == batch && y.columns == batch && x.count == inputs * inputLength
        && y.count == outputs * outputLength,
      "inputs \(x.rows) × \(x.columns) and outputs \(y.rows) × \(y.columns) are not those of \(self)")
  }
}
