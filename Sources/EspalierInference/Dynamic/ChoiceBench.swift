internal import EspalierNetworks
internal import EspalierTensors

/// One choice for a layer with memory to run on, sample after sample.
final class ChoiceBench: Bench {
  private let inputs: Tensor
  private let memory: PartMemory
  private let part: DynamicPart
  private let active: ActiveInputs
  private var next = 0

  init(_ choice: DynamicPart.Choice, layer: Linear, inputs: Tensor, _ compute: Compute) {
    self.inputs = inputs
    part = DynamicPart(layer, choice, on: compute)
    memory = part.makeMemory()
    active = ActiveInputs(capacity: layer.inputs)
  }

  func run() {
    inputs.withUnsafeValues { values in
      let width = inputs.shape[1]
      guard let base = values.baseAddress, width > 0 else { return }
      _ = part.run(base + next * width, in: memory, active)
      next = (next + 1) % inputs.shape[0]
    }
  }
}
