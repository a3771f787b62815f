import EspalierNetworks
import EspalierTensors

/// A layer that the library does not know: y = s ∘ x with a scale for each feature.
struct Scale: Layer {
  static let kind = "scale"
  var scale: Parameter

  init(_ scale: [Float]) { self.scale = Parameter(Tensor(scale, shape: [scale.count]), role: .weight) }

  var configuration: Int { scale.count }

  init(configuration: Int, parameters: inout any ParameterSource) throws {
    scale = try parameters.parameter("scale", shape: [configuration], role: .weight)
  }

  func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] { try onlyInput(of: inputs) }

  mutating func visitParameters(_ visit: (String, inout Parameter) -> Void) { visit("scale", &scale) }

  func forward(_ context: LayerContext, on compute: Compute) {
    for row in 0..<context.input.rows {
      for column in 0..<context.input.columns {
        context.output[row, column] = scale.values[row] * context.input[row, column]
      }
    }
  }

  func backward(_ context: LayerContext, on compute: Compute) {}
}
