internal import EspalierTensors

/// Decides, for one network and batch size, which nodes run, which buffers they use and how long each buffer lives.
///
/// With n nodes, node i's forward pass is at time i, the loss at time n, node i's backward pass at time 2n − i.
struct ExecutionPlan {
  private let network: Network
  private let batchSize: Int
  private let purpose: Workspace.Purpose

  /// Who reads each node's output, of the nodes on a way to the network's output: only they send a gradient back.
  private let consumers: [[Edge]]
  /// The activation that node i computes in its own pass.
  private var fusedActivation: [Activation?]
  private var isSilent: [Bool]
  /// Whether the gradient by the node's output is needed: some parameter lies at or before it.
  private var needsGradient: [Bool]

  private var arena = ArenaPlan()
  private var inputBuffer = 0
  private var outputBuffer: [Int]
  private var gradientBuffer: [Int?]
  private var edgeBuffer: [Edge: Int] = [:]
  private var scratch: [(buffer: Int, count: Int)?]

  /// The input number `slot` of node `node`.
  private struct Edge: Hashable {
    let node: Int
    let slot: Int
  }

  private var last: Int { network.nodes.count - 1 }
  private func reachesOutput(_ node: Int) -> Bool { node == last || !consumers[node].isEmpty }
  private func backwardTime(_ node: Int) -> Int { 2 * network.nodes.count - node }

  init(_ network: Network, batchSize: Int, purpose: Workspace.Purpose) {
    self.network = network
    self.batchSize = batchSize
    self.purpose = purpose
    let count = network.nodes.count
    consumers = Self.consumers(in: network)
    var needsGradient = [Bool](repeating: false, count: count)
    for (index, node) in network.nodes.enumerated() {
      needsGradient[index] = !node.parameterPaths.isEmpty
      for case .node(let producer) in node.sources where needsGradient[producer] {
        needsGradient[index] = true
      }
    }
    self.needsGradient = needsGradient
    fusedActivation = [Activation?](repeating: nil, count: count)
    isSilent = network.nodes.map { $0.layer.isPassThrough(training: purpose == .training) }
    outputBuffer = [Int](repeating: 0, count: count)
    gradientBuffer = [Int?](repeating: nil, count: count)
    scratch = .init(repeating: nil, count: count)
    chooseFusions()
    reserveOutputs()
    if purpose.hasBackward { reserveGradients() }
    reserveScratch()
  }

  private static func consumers(in network: Network) -> [[Edge]] {
    var consumers = [[Edge]](repeating: [], count: network.nodes.count)
    for (index, node) in network.nodes.enumerated().reversed() {
      guard index == network.nodes.count - 1 || !consumers[index].isEmpty else { continue }
      for (slot, source) in node.sources.enumerated().reversed() {
        if case .node(let producer) = source { consumers[producer].append(Edge(node: index, slot: slot)) }
      }
    }
    return consumers.map { $0.reversed() }
  }

  private mutating func chooseFusions() {
    for (index, node) in network.nodes.enumerated() where node.layer.fusesActivation {
      guard consumers[index].count == 1, let next = consumers[index].first?.node,
        let activation = network.nodes[next].layer.activation, activation.derivativeFollowsFromOutput
      else { continue }
      fusedActivation[index] = activation
      isSilent[next] = true
    }
  }

  private mutating func reserveOutputs() {
    inputBuffer = arena.reserve(count: network.inputShape.reduce(1, *) * batchSize, birth: -1, death: 0)
    for (index, node) in network.nodes.enumerated() {
      for source in node.sources { arena.extend(buffer(of: source), to: index) }
      if isSilent[index] {
        outputBuffer[index] = buffer(of: node.sources[0])
      } else {
        outputBuffer[index] = arena.reserve(count: outputRows(index) * batchSize, birth: index, death: index)
      }
      guard purpose.hasBackward else { continue }
      arena.extend(outputBuffer[index], to: backwardTime(index))
      for source in node.sources { arena.extend(buffer(of: source), to: backwardTime(index)) }
    }
    arena.extend(outputBuffer[last], to: last + 1)
  }

  private mutating func reserveGradients() {
    for index in network.nodes.indices.reversed() where needsGradient[index] {
      if index == last {
        gradientBuffer[index] = arena.reserve(
          count: outputRows(index) * batchSize, birth: last + 1, death: last + 1)
      } else {
        gradientBuffer[index] = consumers[index].first.flatMap { edgeBuffer[$0] }
      }
      guard let gradient = gradientBuffer[index] else { continue }
      for edge in consumers[index] { arena.extend(edgeBuffer[edge]!, to: backwardTime(index)) }
      arena.extend(gradient, to: backwardTime(index))
      for (slot, source) in network.nodes[index].sources.enumerated() {
        guard case .node(let producer) = source, needsGradient[producer] else { continue }
        edgeBuffer[Edge(node: index, slot: slot)] =
          isSilent[index]
          ? gradient
          : arena.reserve(
            count: outputRows(producer) * batchSize, birth: backwardTime(index), death: backwardTime(producer)
          )
      }
    }
  }

  private mutating func reserveScratch() {
    for (index, node) in network.nodes.enumerated() {
      let shapes = node.sources.map(network.shape(of:))
      let count = node.layer.scratchCount(
        inputs: shapes, batchSize: batchSize, training: purpose.hasBackward,
        inputGradient: shapes.indices.contains { edgeBuffer[Edge(node: index, slot: $0)] != nil })
      guard count > 0 else { continue }
      let buffer = arena.reserve(
        count: count, birth: index, death: purpose.hasBackward ? backwardTime(index) : index)
      scratch[index] = (buffer, count)
    }
  }

  /// Chooses the offsets of all buffers; returns the size of the arena.
  mutating func place() -> Int { arena.place() }

  func inputView(_ base: UnsafeMutablePointer<Float>) -> MatrixView { view(of: .input, base) }
  func outputView(_ base: UnsafeMutablePointer<Float>) -> MatrixView { view(of: .node(last), base) }
  /// Whether all layers pass the input through.
  var outputIsInput: Bool { outputBuffer[last] == inputBuffer }
  func outputGradientView(_ base: UnsafeMutablePointer<Float>) -> MatrixView? { gradientView(last, base) }

  /// The execution of the nodes, each with its memory.
  func steps(_ base: UnsafeMutablePointer<Float>, gradients: ParameterGradients?) -> [ExecutionStep] {
    var firstParameter = 0
    return network.nodes.enumerated().map { index, node in
      let parameters = firstParameter..<firstParameter + node.parameterPaths.count
      firstParameter = parameters.upperBound
      let context = LayerContext(
        inputShapes: node.sources.map(network.shape(of:)), outputShape: node.outputShape,
        inputs: node.sources.map { view(of: $0, base) },
        output: view(of: .node(index), base),
        outputGradient: gradientView(index, base),
        inputGradients: node.sources.indices.map { edgeView(Edge(node: index, slot: $0), base) },
        parameterGradients: gradients.map { gradients in parameters.map { gradients[$0] } } ?? [],
        fusedActivation: fusedActivation[index],
        scratch: scratch[index].map { buffer, count in
          UnsafeMutableBufferPointer(start: base + arena.offset(of: buffer), count: count)
        } ?? UnsafeMutableBufferPointer(start: nil, count: 0),
        isTraining: purpose == .training)
      return ExecutionStep(
        node: index, context: context,
        furtherGradients: consumers[index].dropFirst().compactMap { edgeView($0, base) },
        networkInputs: node.sources.indices.filter { buffer(of: node.sources[$0]) == inputBuffer },
        isSilent: isSilent[index] || !reachesOutput(index))
    }
  }

  private func buffer(of source: Network.Source) -> Int {
    switch source {
    case .input: inputBuffer
    case .node(let index): outputBuffer[index]
    }
  }

  private func view(of source: Network.Source, _ base: UnsafeMutablePointer<Float>) -> MatrixView {
    let rows: Int
    switch source {
    case .input: rows = network.inputShape.reduce(1, *)
    case .node(let index): rows = outputRows(index)
    }
    return MatrixView(base: base + arena.offset(of: buffer(of: source)), rows: rows, columns: batchSize)
  }

  private func gradientView(_ node: Int, _ base: UnsafeMutablePointer<Float>) -> MatrixView? {
    gradientBuffer[node].map {
      MatrixView(base: base + arena.offset(of: $0), rows: outputRows(node), columns: batchSize)
    }
  }

  private func edgeView(_ edge: Edge, _ base: UnsafeMutablePointer<Float>) -> MatrixView? {
    guard let buffer = edgeBuffer[edge],
      case .node(let producer) = network.nodes[edge.node].sources[edge.slot]
    else {
      return nil
    }
    return MatrixView(base: base + arena.offset(of: buffer), rows: outputRows(producer), columns: batchSize)
  }

  private func outputRows(_ node: Int) -> Int { network.nodes[node].outputShape.reduce(1, *) }
}
