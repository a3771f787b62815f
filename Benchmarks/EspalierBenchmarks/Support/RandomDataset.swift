import Espalier

extension Dataset {
  /// Uniform samples with random classes that fit a model.
  init(model: BenchmarkModel, samples: Int, using generator: inout Xoshiro256) {
    let (features, classes) = (model.sizes[0], model.sizes.last!)
    self.init(
      samples: .floats((0..<samples * features).map { _ in Float.random(in: 0..<1, using: &generator) }),
      sampleShape: [features],
      answers: .classes(
        (0..<samples).map { _ in Int32.random(in: 0..<Int32(classes), using: &generator) }, count: classes))
  }
}
