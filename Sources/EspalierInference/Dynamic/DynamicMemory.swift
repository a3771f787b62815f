internal import EspalierNetworks
internal import EspalierTensors

/// The memory of one sample on its way.
final class DynamicMemory {
  let body: Workspace
  let heads: [Workspace]
  let active: ActiveInputs

  init(body: Workspace, heads: [Workspace], active: ActiveInputs) {
    (self.body, self.heads, self.active) = (body, heads, active)
  }
}

/// Memory that nobody uses, and so may change threads.
struct IdleMemory: @unchecked Sendable {
  let memory: DynamicMemory
}
