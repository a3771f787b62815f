import EspalierData
import EspalierNetworks
import EspalierTensors
import EspalierTraining
import Foundation

/// Samples of four features in three classes, around one centre a class: easy, but not free.
func blobs(count: Int = 100, seed: UInt64 = 1) -> Dataset {
  var generator = Xoshiro256(seed: seed)
  let classes = (0..<count).map { _ in Int32.random(in: 0..<3, using: &generator) }
  let values = classes.flatMap { target in
    (0..<4).map { feature in
      (feature == Int(target) ? 1 : 0) + Float.random(in: -0.8...0.8, using: &generator)
    }
  }
  return Dataset(samples: .floats(values), sampleShape: [4], answers: .classes(classes, count: 3))
}

/// The same samples with every class replaced by the next: what a training on `blobs` makes worse.
func contradictingBlobs() -> Dataset {
  let dataset = blobs()
  guard case .classes(let classes, let count) = dataset.answers else { return dataset }
  return Dataset(
    samples: dataset.samples, sampleShape: dataset.sampleShape,
    answers: .classes(classes.map { ($0 + 1) % 3 }, count: count))
}

/// A small network for `blobs`, with dropout, so that a training draws random patterns too.
func blobNetwork(seed: UInt64 = 7) -> Network {
  var generator = Xoshiro256(seed: seed)
  return Network(input: [4]) {
    Linear(inputs: 4, outputs: 16, using: &generator).named("fc1")
    ReLU()
    Dropout(probability: 0.2)
    Linear(inputs: 16, outputs: 3, using: &generator).named("fc2")
  }
}

/// Leaves callbacks after it and the optimizer no gradient of the loss.
struct NoGradient: TrainingCallback {
  mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) {
    for index in 0..<gradients.count { gradients[index].update(repeating: 0) }
  }
}

/// A value from its JSON.
func decode<Value: Decodable>(_ type: Value.Type, _ text: String) -> Value {
  try! JSONDecoder().decode(type, from: Data(text.utf8))
}

/// A value written as JSON and read again.
func roundTrip<Value: Codable>(_ value: Value) -> Value {
  try! JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
}
