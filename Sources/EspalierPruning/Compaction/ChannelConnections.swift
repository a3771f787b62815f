internal import EspalierNetworks

/// Which input channels a layer's output channels read: the weights that are not 0, those of one pair of channels added up.
struct ChannelConnections {
  /// Output channel o has the connections `starts[o] ..< starts[o + 1]`.
  private let starts: [Int]
  private let inputs: [Int32]
  private let sums: [Double]

  /// The connections of a node of the given flow; nil unless it mixes channels by parameters that say so. Costs time and memory
  /// in proportion to the weights that are not 0.
  init?(of node: Network.Node, flow: ChannelFlow) {
    let factors = flow.parameters.filter { $0.isFactor && $0.inputAxis != nil && $0.outputAxis != nil }
    guard case .mixes(let groups) = flow.rule, node.sources.count == 1, !factors.isEmpty else { return nil }
    let outputCount = node.outputShape.first ?? 1
    var list = PairList()
    var layer = node.layer
    layer.visitParameters { name, parameter in
      for axes in factors where axes.name == name {
        let (made, read) = (Axis(axes.outputAxis!, of: parameter), Axis(axes.inputAxis!, of: parameter))
        parameter.forEachNonzero { index, value in
          let output = made.coordinate(of: index)
          // An output's inputs are those of its own part.
          let part = output / max(outputCount / groups, 1)
          list.append(output, part * read.length + read.coordinate(of: index), value)
        }
      }
    }
    (starts, inputs, sums) = list.rows(outputCount)
  }

  /// Visits the input channels that an output channel reads, with the sums of the weights.
  func forEach(of output: Int, _ body: (_ input: Int, _ sum: Double) -> Void) {
    for position in starts[output]..<starts[output + 1] { body(Int(inputs[position]), sums[position]) }
  }

  /// Whether all inputs that an output channel reads are such.
  func allInputs(of output: Int, _ condition: (Int) -> Bool) -> Bool {
    (starts[output]..<starts[output + 1]).allSatisfy { condition(Int(inputs[$0])) }
  }
}

/// One axis of a row-major parameter.
private struct Axis {
  let length: Int
  private let inner: Int

  init(_ axis: Int, of parameter: Parameter) {
    length = parameter.shape[axis]
    inner = parameter.shape[(axis + 1)...].reduce(1, *)
  }

  func coordinate(of index: Int) -> Int { index / inner % length }
}

/// Pairs of channels in the order in which they are found.
private struct PairList {
  private var outputs: [Int32] = []
  private var inputs: [Int32] = []
  private var sums: [Double] = []

  mutating func append(_ output: Int, _ input: Int, _ value: Float) {
    let (output, input) = (Int32(output), Int32(input))
    if outputs.last == output, inputs.last == input {
      sums[sums.count - 1] += Double(value)
    } else {
      outputs.append(output)
      inputs.append(input)
      sums.append(Double(value))
    }
  }

  /// The pairs output by output, a counting sort.
  func rows(_ outputCount: Int) -> (starts: [Int], inputs: [Int32], sums: [Double]) {
    var starts = [Int](repeating: 0, count: outputCount + 1)
    for output in outputs { starts[Int(output) + 1] += 1 }
    for output in 0..<outputCount { starts[output + 1] += starts[output] }
    var next = starts
    var (sortedInputs, sortedSums) = (inputs, sums)
    for (position, output) in outputs.enumerated() {
      sortedInputs[next[Int(output)]] = inputs[position]
      sortedSums[next[Int(output)]] = sums[position]
      next[Int(output)] += 1
    }
    return (starts, sortedInputs, sortedSums)
  }
}
