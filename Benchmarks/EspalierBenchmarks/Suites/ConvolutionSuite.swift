import Espalier

/// The convolutions of ResNet-20 on images of 32 × 32, against those of ONNX Runtime and PyTorch where they are there.
enum ConvolutionSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    let cases = [1, 32].flatMap(ConvolutionCase.resNet20)
    for `case` in cases {
      try run.compare(`case`.name) {
        var generator = run.makeGenerator()
        return (ConvolutionForward(`case`, on: run.compute, using: &generator).contender, nil)
      }
    }
    try compare(with: .onnxRuntimeConvolution, cases, goal: .timesAsFast(atLeast: 0.7), run)
    try compare(with: .pyTorchConvolution, cases, goal: nil, run)
  }

  /// A case of convolution.py.
  private struct ExchangedCase: Encodable {
    let folder: String
    let inputs: Int
    let outputs: Int
    let image: Int
    let kernel: Int
    let stride: Int
    let padding: Int
    let batch: Int
    let threads: Int
  }

  private static func compare(
    with program: PeerProgram, _ cases: [ConvolutionCase], goal: Goal?, _ run: BenchmarkRun
  ) throws {
    try run.withPeer(program) { peer in
      for `case` in cases {
        try run.compareWithPeer(`case`.name, goal: goal) {
          var generator = run.makeGenerator()
          let own = ConvolutionForward(`case`, on: run.compute, using: &generator)
          let folder = try TemporaryFolder()
          try own.write(to: folder)
          try peer.prepare(
            ExchangedCase(
              folder: folder.path, inputs: `case`.inputs, outputs: `case`.outputs, image: `case`.image,
              kernel: `case`.kernel, stride: `case`.stride, padding: `case`.padding, batch: `case`.batch,
              threads: run.compute.threads))
          return (own.contender, peer.contender(`case`.work, in: folder))
        }
      }
    }
  }
}
