import Espalier

/// Dense products: OpenBLAS against the reference backend, and the engine's own against a bare call.
enum GemmSuite: Suite {
  private struct Shape {
    let (m, n, k): (Int, Int, Int)
    init(_ m: Int, _ n: Int, _ k: Int) { (self.m, self.n, self.k) = (m, n, k) }
    var name: String { m == n && n == k ? "\(m)³" : "\(m)×\(n)×\(k)" }
    var isLarge: Bool { m * n * k >= 1 << 31 }
  }

  /// m × n × k: LeNet-300-100 one sample at a time, batch- and feature-major, and in batches; cubes; a large layer.
  private static let shapes = [
    Shape(1, 300, 784), Shape(300, 1, 784), Shape(300, 64, 784), Shape(300, 512, 784), Shape(100, 64, 300),
    Shape(10, 64, 100), Shape(128, 128, 128), Shape(256, 256, 256), Shape(512, 512, 512),
    Shape(1024, 1024, 1024), Shape(4096, 128, 4096), Shape(2048, 2048, 2048),
  ]

  static func run(in run: BenchmarkRun) throws {
    for shape in shapes where !(run.isQuick && shape.isLarge) {
      for variant in ProductBuffers.Variant.allCases { try backends(shape, variant, run) }
    }
    try layer(run)
  }

  private static func backends(
    _ shape: Shape, _ variant: ProductBuffers.Variant, _ run: BenchmarkRun
  ) throws {
    let isGoal = shape.name == "1024³" && variant == .plain && Backend.openBLAS.isAvailable
    let goal = Goal.timesAsFast(atLeast: 0.15)
    let operations = 2 * Double(shape.m) * Double(shape.n) * Double(shape.k)
    try run.compare("\(shape.name) \(variant.rawValue)", goal: isGoal ? goal : nil) {
      var generator = run.makeGenerator()
      let buffers = ProductBuffers(shape.m, shape.n, shape.k, variant, using: &generator)
      func side(_ backend: Backend) -> Contender {
        let compute = Compute(
          backend: backend, instructionSet: run.compute.instructionSet, threads: run.compute.threads)
        return Contender(backend.rawValue, .products(operations)) { buffers.multiply(on: compute) }
      }
      return (side(.reference), Backend.openBLAS.isAvailable ? side(.openBLAS) : nil)
    }
  }

  /// The three products of a masked layer, as the engine calls them and bare.
  private static func layer(_ run: BenchmarkRun) throws {
    let layer = LayerProducts(inputs: 4096, outputs: 4096, batch: 128)
    try run.compare(
      "three products of a layer 4096×4096, batch 128",
      goal: .timesAsFast(atLeast: 0.97)
    ) {
      var generator = run.makeGenerator()
      let products = [
        layer.forward(using: &generator), layer.weightGradient(using: &generator),
        layer.inputGradient(using: &generator),
      ]
      let work = Work.products(3 * layer.operations)
      return (
        Contender("espalier", work) { for product in products { product.multiply(on: run.compute) } },
        Contender(ProductBuffers.bareName(run.compute), work) {
          for product in products { product.multiplyBare(on: run.compute) }
        }
      )
    }
  }
}
