import EspalierNetworks
import EspalierTensors

/// A small random network under random masks: perceptrons and convolutional networks with residual sums, concatenations, every activation
/// function, normalisation, pooling, grouped and depthwise convolutions, packed layers, branches and outputs read by nobody.
struct RandomNetwork {
  private(set) var network: Network
  private var generator: Xoshiro256
  private var last = Network.Source.input

  init(seed: UInt64) {
    generator = Xoshiro256(seed: seed)
    let isImage = Bool.random(using: &generator)
    let input =
      isImage
      ? [Int.random(in: 1...3, using: &generator), 5, 5] : [Int.random(in: 1...12, using: &generator)]
    network = Network(input: input) { Dropout(probability: 0.1) }
    last = Bool.random(using: &generator) ? .input : .node(0)
    if isImage { appendImageLayers() }
    for _ in 0..<number(1...3) { appendFeatureLayers() }
    append(Linear(inputs: shape[0], outputs: number(1...3), using: &generator))
    prune()
  }

  /// A sample for the network.
  mutating func sample() -> [Float] {
    Tensor(uniform: -2..<2, shape: network.inputShape, using: &generator).values
  }

  private var shape: [Int] { network.shape(of: last) }

  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

  private mutating func append(_ layer: some Layer) { last = network.append(layer, after: [last]) }

  /// Batch normalisation as after some training, with scales of 0 among others.
  private mutating func appendNormalization() {
    let shape = [shape[0]]
    let scale = Tensor(uniform: -1..<1, shape: shape, using: &generator).values.map { abs($0) < 0.3 ? 0 : $0 }
    append(
      BatchNorm(
        scale: Tensor(scale, shape: shape), shift: Tensor(uniform: -1..<1, shape: shape, using: &generator),
        runningMean: Tensor(uniform: -1..<1, shape: shape, using: &generator),
        runningVariance: Tensor(uniform: 0.2..<2, shape: shape, using: &generator)))
  }

  private mutating func appendActivation() {
    if number(0...2) == 0 { appendNormalization() }
    switch number(0...6) {
    case 0: append(Sigmoid())
    case 1: append(Tanh())
    case 2: append(GELU())
    case 3: append(LeakyReLU(slope: 0.2))
    case 4: append(ReLU())
    case 5: append(Dropout(probability: 0.3))
    default: break
    }
  }

  private mutating func appendImageLayers() {
    for _ in 0..<number(1...3) {
      switch number(0...7) {
      case 0, 1: appendConvolution(number(1...6))
      case 6: if shape[1] < 4 { append(Upsample(factor: 2)) }
      case 7: appendBranches { $0.appendConvolution(number: $0.number(1...4), kernel: 3, padding: 1) }
      case 2: appendSum { $0.appendConvolution(number: $0.shape[0], kernel: 3, padding: 1) }
      case 3:
        if shape[0] > 1 {
          appendConvolution(number: shape[0] * number(1...2), kernel: 3, padding: 1, groups: shape[0])
        }
      case 4: appendPooling()
      default:
        if shape[0] % 2 == 0 { appendConvolution(number: 4, kernel: 1, padding: number(0...1), groups: 2) }
      }
      appendActivation()
    }
    if number(0...3) == 0 { append(GlobalAveragePool2d()) } else { append(Flatten()) }
  }

  private mutating func appendPooling() {
    guard shape[1] > 2 else { return }
    switch number(0...2) {
    case 0: append(MaxPool2d(kernel: 2))
    case 1: append(AvgPool2d(kernel: 2))
    default: append(AvgPool2d(kernel: 3, stride: 1, padding: 1))
    }
  }

  private mutating func appendConvolution(_ outputs: Int) {
    let kernel = shape[1] > 2 ? number(0...1) * 2 + 1 : 1
    appendConvolution(
      number: outputs, kernel: kernel, padding: number(0...1), stride: shape[1] > 3 ? number(1...2) : 1)
  }

  private mutating func appendConvolution(
    number outputs: Int, kernel: Int, padding: Int, stride: Int = 1, groups: Int = 1
  ) {
    append(
      Conv2d(
        inputs: shape[0], outputs: outputs, kernel: Extent(kernel), stride: Extent(stride),
        padding: Extent(padding),
        groups: groups, bias: Bool.random(using: &generator), using: &generator))
  }

  private mutating func appendFeatureLayers() {
    switch number(0...5) {
    case 2:
      appendBranches {
        $0.append(Linear(inputs: $0.shape[0], outputs: $0.number(1...6), using: &$0.generator))
      }
    case 0:
      appendSum {
        $0.append(Linear(inputs: $0.shape[0], outputs: $0.number(1...8), using: &$0.generator))
        $0.appendActivation()
        let inputs = $0.shape[0]
        $0.append(Linear(inputs: inputs, outputs: $1, using: &$0.generator))
      }
    case 1:
      // Two layers behind one output, one of them read by nobody.
      let source = last
      append(Linear(inputs: shape[0], outputs: 3, using: &generator))
      last = source
    default: break
    }
    append(Linear(inputs: shape[0], outputs: number(1...12), bias: number(0...3) > 0, using: &generator))
    appendActivation()
  }

  /// Two branches of one shape but for their channels and, maybe, their input, one after another; now and then concatenated
  /// again with one of them.
  private mutating func appendBranches(_ body: (inout RandomNetwork) -> Void) {
    let source = last
    var ends: [Network.Source] = Bool.random(using: &generator) ? [source] : []
    for _ in 0..<2 {
      last = source
      body(&self)
      appendActivation()
      ends.append(last)
    }
    last = network.append(Concat(), after: ends)
    if number(0...2) == 0 { last = network.append(Concat(), after: [last, ends[1]]) }
  }

  /// x + f(x), the channels of x given to the body.
  private mutating func appendSum(_ body: (inout RandomNetwork, Int) -> Void) {
    let source = last
    body(&self, shape[0])
    last = network.append(Add(), after: [source, last])
  }

  private mutating func appendSum(_ body: (inout RandomNetwork) -> Void) {
    appendSum { random, _ in body(&random) }
  }

  private mutating func prune() {
    var generator = generator
    network.visitParameters { _, parameter in
      var values = parameter.values
      // Larger than at birth, so that constants differ and functions bend.
      for index in 0..<values.count { values[flat: index] *= 3 }
      parameter.values = values
      let kept = Self.mask(of: parameter.shape, isBias: parameter.role == .bias, using: &generator)
      if let kept { parameter.prune(keeping: kept) }
      if parameter.shape.count == 2, parameter.mask != nil, Bool.random(using: &generator) {
        parameter.pack()
      }
    }
    self.generator = generator
  }

  /// Nothing, single weights, rows, columns or all.
  private static func mask(of shape: [Int], isBias: Bool, using generator: inout Xoshiro256) -> Mask? {
    let share = [0.02, 0.1, 0.3, 0.6].randomElement(using: &generator)!
    let count = shape.reduce(1, *)
    let rowLength = max(count / shape[0], 1)
    let columns = shape.count > 1 ? shape[1] : 1
    func bits(_ count: Int) -> [Bool] {
      (0..<count).map { _ in Double.random(in: 0..<1, using: &generator) < share }
    }
    switch Int.random(in: 0...(isBias ? 3 : 9), using: &generator) {
    case 0, 2: return nil
    case 1, 3...7: return Mask(bits(count), shape: shape)
    case 8:
      let rows = bits(shape[0])
      return Mask((0..<count).map { rows[$0 / rowLength] }, shape: shape)
    default:
      let kept = bits(columns)
      return Mask((0..<count).map { kept[$0 % rowLength / max(rowLength / columns, 1)] }, shape: shape)
    }
  }
}
