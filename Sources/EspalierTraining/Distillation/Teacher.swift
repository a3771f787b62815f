public import EspalierNetworks
internal import EspalierTensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A trained network whose answers another one learns from: the dense network, while what is left of it is retrained.
public struct Teacher: Sendable {
  /// The network; its answers are those of evaluation, without dropout.
  public let network: Network
  /// How much it is listened to.
  public let distillation: Distillation

  /// A teacher.
  public init(_ network: Network, _ distillation: Distillation = Distillation()) {
    self.network = network
    self.distillation = distillation
  }

  /// Traps unless the teacher takes the same samples and gives as many answers.
  func requireFit(_ student: Network) {
    precondition(
      network.inputShape == student.inputShape && network.outputShape == student.outputShape,
      "a teacher from \(network.inputShape) to \(network.outputShape) cannot teach a network from "
        + "\(student.inputShape) to \(student.outputShape)")
  }
}

/// A teacher at work on batches of one size.
final class Lesson {
  private let teacher: Teacher
  private let workspace: Workspace

  init(by teacher: Teacher, batchSize: Int) {
    self.teacher = teacher
    workspace = Workspace(for: teacher.network, batchSize: batchSize, purpose: .inference)
  }

  /// Mixes the teacher's part into the loss and the gradient that the labels gave for the same batch.
  func mix(into loss: inout BatchLoss, of student: Workspace, on compute: Compute) {
    workspace.read(student.input)
    teacher.network.forward(in: workspace, on: compute)
    let (temperature, mix) = (teacher.distillation.temperature, teacher.distillation.mix)
    let divergence = softDivergence(
      student.output, from: workspace.output, temperature: Float(temperature),
      gradient: student.outputGradient!, labelShare: Float(1 - mix),
      scale: Float(mix * temperature / Double(max(student.batchSize, 1))))
    loss.sum = (1 - mix) * loss.sum + mix * temperature * temperature * divergence
  }
}

/// Σ KL(softmax(t / T) ‖ softmax(z / T)) over the columns; makes the gradient labelShare · gradient + scale · (softmax(z / T) −
/// softmax(t / T)).
private func softDivergence(
  _ logits: MatrixView, from teacher: MatrixView, temperature: Float, gradient: MatrixView, labelShare: Float,
  scale: Float
) -> Double {
  var total = 0.0
  for column in 0..<logits.columns {
    let (own, theirs) = (
      logNormalizer(logits, column, temperature), logNormalizer(teacher, column, temperature)
    )
    for row in 0..<logits.rows {
      let logOwn = logits[row, column] / temperature - own
      let logTheirs = teacher[row, column] / temperature - theirs
      let (probability, target) = (exp(logOwn), exp(logTheirs))
      total += Double(target * (logTheirs - logOwn))
      let index = row * gradient.columns + column
      gradient.base[index] = labelShare * gradient.base[index] + scale * (probability - target)
    }
  }
  return total
}

/// log Σ exp(z / T) of a column.
private func logNormalizer(_ logits: MatrixView, _ column: Int, _ temperature: Float) -> Float {
  var largest = -Float.infinity
  for row in 0..<logits.rows { largest = max(largest, logits[row, column]) }
  var sum: Float = 0
  for row in 0..<logits.rows { sum += exp((logits[row, column] - largest) / temperature) }
  return largest / temperature + log(sum)
}
