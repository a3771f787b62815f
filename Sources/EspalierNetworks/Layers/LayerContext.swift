public import EspalierTensors

/// What a workspace lends to one layer: where its inputs are, where its results go.
///
/// All views are feature-major, one column a sample, and live as long as the workspace.
public final class LayerContext {
  /// The shapes of a sample's inputs, in the order of the node's inputs.
  public let inputShapes: [[Int]]
  /// The shape of a sample's output.
  public let outputShape: [Int]
  /// The inputs, in the order of the node's inputs.
  public internal(set) var inputs: [MatrixView]
  /// Where the output goes.
  public let output: MatrixView
  /// The gradient of the loss by the output; the layer may overwrite it. Only in training.
  public let outputGradient: MatrixView!
  /// Where the gradients by the inputs go; nil where nobody needs them.
  public let inputGradients: [MatrixView?]
  /// Where the gradients by the parameters go, in the order of `visitParameters`: one number for each stored value, in
  /// the same order. Empty outside training. Those of a dense parameter are the gradients of all its values, outside its
  /// mask too: optimizers do not read them there, but rules that let pruned weights come back do. Those in a packed one's
  /// padding are exactly 0.
  public let parameterGradients: [UnsafeMutableBufferPointer<Float>]
  /// The activation to apply to the output in the same pass; only for layers that say `fusesActivation`.
  public let fusedActivation: Activation?
  /// The working memory the layer asked for.
  public let scratch: UnsafeMutableBufferPointer<Float>
  /// Whether layers such as dropout do what they do in training only.
  public let isTraining: Bool
  /// The key of this node's random choices in this step.
  public internal(set) var randomKey: UInt64 = 0

  /// The only input; traps when there are more.
  public var input: MatrixView {
    precondition(inputs.count == 1, "a layer with \(inputs.count) inputs has no single one")
    return inputs[0]
  }

  package init(
    inputShapes: [[Int]], outputShape: [Int],
    inputs: [MatrixView], output: MatrixView, outputGradient: MatrixView?, inputGradients: [MatrixView?],
    parameterGradients: [UnsafeMutableBufferPointer<Float>], fusedActivation: Activation?,
    scratch: UnsafeMutableBufferPointer<Float>, isTraining: Bool
  ) {
    self.inputShapes = inputShapes
    self.outputShape = outputShape
    self.inputs = inputs
    self.output = output
    self.outputGradient = outputGradient
    self.inputGradients = inputGradients
    self.parameterGradients = parameterGradients
    self.fusedActivation = fusedActivation
    self.scratch = scratch
    self.isTraining = isTraining
  }
}
