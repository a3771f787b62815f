internal import EspalierNetworks
internal import EspalierTensors

/// The memory of one sample in a `DynamicPart`.
final class PartMemory {
  /// A step that computes something: lighter than those of a workspace.
  struct Step {
    let node: Int
    let context: LayerContext
  }

  let input: MatrixView
  let output: MatrixView
  let steps: [Step]
  private let workspace: Workspace

  init(_ workspace: Workspace) {
    self.workspace = workspace
    (input, output) = (workspace.input, workspace.output)
    steps = workspace.steps.filter { !$0.isSilent }.map { Step(node: $0.node, context: $0.context) }
  }
}

/// The memory of one sample on its way.
final class DynamicMemory {
  let body: PartMemory
  let heads: [PartMemory]
  let active: ActiveInputs

  init(body: PartMemory, heads: [PartMemory], active: ActiveInputs) {
    (self.body, self.heads, self.active) = (body, heads, active)
  }
}

/// Memory that nobody uses, and so may change threads.
struct IdleMemory: @unchecked Sendable {
  let memory: DynamicMemory
}
