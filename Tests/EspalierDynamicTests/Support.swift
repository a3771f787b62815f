import EspalierNetworks
import EspalierPruning
import EspalierTensors

/// The instruction sets of this processor.
let sets = InstructionSet.available

/// One thread of an instruction set.
func on(_ set: InstructionSet, threads: Int = 1) -> Compute {
  Compute(backend: .current, instructionSet: set, threads: threads)
}

/// A perceptron for samples of 9 × 10, each layer pruned to a density.
func perceptron(density: Double, sizes: [Int] = [90, 70, 40, 5], seed: UInt64 = 1) -> Network {
  var generator = Xoshiro256(seed: seed)
  var network = Network.perceptron(sizes: sizes, input: [9, 10], using: &generator)
  if density < 1 { network.prune(sparsity: 1 - density, within: .eachParameter) }
  return network
}

/// Samples of 9 × 10 of which about half the values are exactly 0, as in images with a background.
func sparseSamples(_ count: Int, seed: UInt64 = 2) -> Tensor {
  var generator = Xoshiro256(seed: seed)
  let values = (0..<count * 90).map { _ in max(0, Float.random(in: -1..<1, using: &generator)) }
  return Tensor(values, shape: [count, 9, 10])
}

/// The active inputs of values, on guarded lists of their own.
func active(_ rule: ActivationSkipping, of values: [Float], on compute: Compute) -> ActiveInputs {
  let list = ActiveInputs(capacity: values.count)
  values.withUnsafeBufferPointer { values in
    // A list without elements has no address.
    var nothing: Float = 0
    list.select(
      rule, from: values.baseAddress ?? withUnsafePointer(to: &nothing) { $0 }, count: values.count,
      on: compute)
  }
  return list
}
