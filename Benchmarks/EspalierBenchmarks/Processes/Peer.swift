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
    if let refusal = try? JSONText.decode(Refusal.self, from: line) {
      throw ChildFailure(description: "\(script): \(refusal.error)")
    }
    return try JSONText.decode(type, from: line)
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

private struct Refusal: Decodable {
  let error: String
}
