import Espalier

/// Where PyTorch is: the Python that has it, and the scripts that do the same work there.
struct PeerInstallation {
  let python: String
  let scripts: String
}

/// A server under Benchmarks/peers: does a case step by step, when it is told to. The protocol is in protocol.py.
final class Peer {
  /// What it is and what it computes with.
  let name: String
  private let process: ChildProcess
  private let script: String

  init(_ installation: PeerInstallation, script: String) throws {
    self.script = "\(installation.scripts)/\(script)"
    process = try ChildProcess(installation.python, [self.script])
    let greeting = try Self.answer(Greeting.self, of: process, self.script)
    name = (["PyTorch \(greeting.torch)", greeting.blas, greeting.isa].compactMap { $0 }).joined(
      separator: ", ")
  }

  deinit { process.send("quit") }

  /// Makes the case ready and warms it up.
  func prepare(_ case: some Encodable, warmUp: Int) throws {
    process.send("{\"case\": \(try JSONText.encode(`case`)), \"warmup\": \(warmUp)}")
    _ = try Self.answer(Ready.self, of: process, script)
  }

  /// The seconds that `steps` steps of the case take.
  func seconds(_ steps: Int) throws -> Double {
    process.send("run \(steps)")
    return try Self.answer(Run.self, of: process, script).seconds
  }

  private static func answer<Answer: Decodable>(
    _ type: Answer.Type, of process: ChildProcess, _ script: String
  ) throws -> Answer {
    guard let line = process.readLine() else { throw ChildFailure(description: "\(script): ended early") }
    let answer = try JSONText.decode(
      Reply<Answer>.self, from: line, file: script, place: "answer", expected: "an answer of the protocol")
    switch answer {
    case .answer(let answer): return answer
    case .refusal(let reason): throw ChildFailure(description: "\(script): \(reason)")
    }
  }
}

private struct Greeting: Decodable {
  let torch: String
  let blas: String?
  let isa: String?
}

private struct Ready: Decodable {
  struct Case: Decodable {}
  let ready: Case
}

private struct Run: Decodable {
  let seconds: Double
}

/// What was asked for, or why it cannot be.
private enum Reply<Answer: Decodable>: Decodable {
  case answer(Answer)
  case refusal(String)

  private enum Key: CodingKey { case error }

  init(from decoder: any Decoder) throws {
    if let reason = try decoder.container(keyedBy: Key.self).decodeIfPresent(String.self, forKey: .error) {
      self = .refusal(reason)
    } else {
      self = .answer(try Answer(from: decoder))
    }
  }
}
