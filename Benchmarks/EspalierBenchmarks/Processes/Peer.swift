import Espalier

/// A server under Benchmarks/peers: does a case step by step, when it is told to. The protocol is in protocol.py.
final class Peer {
  /// What it is and what it computes with.
  let name: String
  private let process: ChildProcess
  private let script: String

  /// Starts the server; the numerical libraries it may use are held to `threads` threads.
  init(_ installation: PeerInstallation, _ program: PeerProgram, threads: Int) throws {
    script = program.script
    let limits = ["OMP", "MKL", "OPENBLAS"].map { "\($0)_NUM_THREADS=\(threads)" }
    let python = try installation.python(of: program)
    process = try ChildProcess(
      "/usr/bin/env", limits + [python, "\(installation.scripts)/\(program.script)"])
    name = try Self.answer(Greeting.self, of: process, script).peer
  }

  deinit { process.send("quit") }

  /// Makes the case ready.
  func prepare(_ case: some Encodable) throws {
    process.send("{\"case\": \(try JSONText.encode(`case`))}")
    _ = try Self.answer(Ready.self, of: process, script)
  }

  /// The case as a side of a comparison; one that exchanges numbers in a folder is asked for its result.
  func contender(_ work: Work, in folder: TemporaryFolder? = nil, remark: String = "") -> Contender {
    let side = Contender(name + remark, work, seconds: seconds)
    guard let folder else { return side }
    return side.giving { try withExtendedLifetime(folder) { try self.result() } }
  }

  private func result() throws -> [Float] {
    process.send("result")
    return try TemporaryFolder.floats(in: try Self.answer(Result.self, of: process, script).result)
  }

  /// The seconds that `steps` steps of the case take.
  private func seconds(_ steps: Int) throws -> Double {
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
  let peer: String
}

private struct Ready: Decodable {
  struct Case: Decodable {}
  let ready: Case
}

private struct Result: Decodable {
  let result: String
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
