internal import EspalierNetworks
public import EspalierTensors

/// How a `DynamicInference` decides which layers skip inputs.
public struct DynamicSelection: Sendable {
  private enum Way { case always, never, fixed, calibrated }

  private let way: Way
  /// Typical samples; nil where they do not matter.
  let samples: Tensor?

  /// Every linear layer skips inputs, whether that pays or not; packed layers and those of at most half density read
  /// survivors only.
  public static let always = DynamicSelection(way: .always, samples: nil)

  /// No layer skips inputs; heads alone save work.
  public static let never = DynamicSelection(way: .never, samples: nil)

  /// By a rule: a layer skips inputs where the share of them that is active in typical samples, times what a weight takes
  /// longer in columns, is below 1. The same on every machine with the same instruction set.
  ///
  /// `samples` are [count, input shape…]; some hundred are enough.
  public static func fixed(samples: Tensor) -> DynamicSelection {
    DynamicSelection(way: .fixed, samples: samples)
  }

  /// By the clock: each layer runs for a few milliseconds on what typical samples give it, skipping inputs and as a whole,
  /// and the fastest way is taken. So a layer is never much slower than in an `InferencePlan`.
  public static func calibrated(samples: Tensor) -> DynamicSelection {
    DynamicSelection(way: .calibrated, samples: samples)
  }

  /// Traps unless the samples, if there are any, have the shape.
  func requireSamples(of shape: [Int]) {
    guard let samples else { return }
    precondition(
      samples.shape.count == shape.count + 1 && Array(samples.shape.dropFirst()) == shape
        && samples.shape[0] > 0,
      "inputs of shape \(samples.shape) are not one or more samples of shape \(shape)")
  }

  /// The same way for other samples, made from these.
  func mapping(_ transform: (Tensor) -> Tensor) -> DynamicSelection {
    DynamicSelection(way: way, samples: samples.map(transform))
  }

  /// The choice for a layer; `inputs` are what typical samples give it, [count, inputs].
  func choose(
    for layer: Linear, skipping: ActivationSkipping, inputs: Tensor?, on compute: Compute
  ) -> DynamicPart.Choice {
    let columns = { isSparse in
      DynamicPart.Choice.columns(ColumnOperator(layer, skipping: skipping, isSparse: isSparse))
    }
    switch way {
    case .always: return columns(isSparse(layer))
    case .never: return whole(layer, .fixed, on: compute)
    case .fixed:
      let share = SkippedShare(of: inputs!, skipping: skipping, layer: layer, on: compute)
      return share.paysInColumns(isSparse: isSparse(layer), compute.instructionSet)
        ? columns(isSparse(layer)) : whole(layer, .fixed, on: compute)
    case .calibrated:
      var contenders = [whole(layer, .calibrated(), on: compute)]
      if layer.weight.survivors < layer.weight.count { contenders.append(columns(true)) }
      if layer.weight.count <= Parameter.mostDenseValues { contenders.append(columns(false)) }
      let benches = contenders.map { ChoiceBench($0, layer: layer, inputs: inputs!, compute) }
      return contenders[Calibration.fastest(of: benches)]
    }
  }

  /// The operator of a static plan.
  private func whole(
    _ layer: Linear, _ selection: OperatorSelection, on compute: Compute
  ) -> DynamicPart.Choice {
    let chosen = selection.choose(for: layer, batchSize: 1, on: compute)
    let readsAll = chosen.kind == .dense || chosen.kind == .smallDense
    return .whole(chosen, weights: readsAll ? layer.weight.count : layer.weight.survivors)
  }

  private func isSparse(_ layer: Linear) -> Bool { layer.weight.isPacked || layer.weight.density <= 0.5 }
}

/// What typical samples leave active of a layer's inputs.
private struct SkippedShare {
  /// The share of inputs that are active, in 0…1.
  private let active: Double

  init(of inputs: Tensor, skipping: ActivationSkipping, layer: Linear, on compute: Compute) {
    let (samples, width) = (inputs.shape[0], layer.inputs)
    let list = ActiveInputs(capacity: width)
    var total = 0
    inputs.withUnsafeValues { values in
      for sample in 0..<samples where width > 0 {
        list.select(skipping, from: values.baseAddress! + sample * width, count: width, on: compute)
        total += list.count
      }
    }
    active = samples * width == 0 ? 1 : Double(total) / Double(samples * width)
  }

  /// Times what a weight takes longer in columns than in the static plan: measured from 300 × 784 to 4096 × 4096, 90 and
  /// 95 % sparse and dense, on a Zen 4 against OpenBLAS, and rounded up. On AVX-512 the static plan picks inputs by permutes,
  /// elsewhere by gathers, which take as long as the columns do.
  func paysInColumns(isSparse: Bool, _ set: InstructionSet) -> Bool {
    let cost =
      switch (set, isSparse) {
      case (.avx512, true): 5.0
      case (_, true): 1.5
      case (.portable, false): 2.5
      case (_, false): 1.3
      }
    return active * cost < 1
  }
}
