import Espalier
import Glibc

/// Where the peers are: a folder of Python environments, as `make bench-peers` builds them, and the scripts that do the same
/// work there.
struct PeerInstallation {
  let environments: String
  let scripts: String

  /// The Python of an environment; throws the reason where it could not be installed.
  func python(of program: PeerProgram) throws -> String {
    let folder = "\(environments)/\(program.environment)"
    if let reason = try? readTextFile("\(folder)/unavailable") {
      let lines = reason.split(whereSeparator: \.isNewline)
      throw ChildFailure(description: "cannot be installed here: \(lines.joined(separator: " "))")
    }
    let python = "\(folder)/bin/python"
    guard access(python, X_OK) == 0 else {
      throw ChildFailure(description: "no environment \(folder), see `make bench-peers`")
    }
    return python
  }
}

/// A script under Benchmarks/peers.
struct PeerProgram {
  let name: String
  /// The environment that has its library.
  let environment: String
  let script: String

  static let maskedStep = PeerProgram(name: "PyTorch", environment: "pytorch", script: "masked_step.py")
  static let globalPruning = PeerProgram(
    name: "PyTorch", environment: "pytorch", script: "global_unstructured.py")
  static let sparseProp = PeerProgram(
    name: "SparseProp", environment: "sparseprop", script: "sparseprop_step.py")
  static let sciPy = PeerProgram(name: "SciPy", environment: "scipy", script: "scipy_csr.py")
  static let pyTorchRows = PeerProgram(name: "PyTorch CSR", environment: "pytorch", script: "pytorch_csr.py")
  static let mkl = PeerProgram(name: "MKL", environment: "mkl", script: "mkl_csr.py")
  static let onnxRuntime = PeerProgram(
    name: "ONNX Runtime", environment: "onnxruntime", script: "onnxruntime_dense.py")
  static let onnxRuntimeConvolution = PeerProgram(
    name: "ONNX Runtime", environment: "onnxruntime", script: "onnxruntime_convolution.py")
  static let pyTorchConvolution = PeerProgram(
    name: "PyTorch", environment: "pytorch", script: "pytorch_convolution.py")
  static let leNet5Step = PeerProgram(name: "PyTorch", environment: "pytorch", script: "lenet5_step.py")
  static let sparseGPT = PeerProgram(name: "PyTorch", environment: "pytorch", script: "sparsegpt.py")
  static let deepSparse = PeerProgram(
    name: "DeepSparse", environment: "deepsparse", script: "deepsparse_engine.py")
}

extension BenchmarkRun {
  /// Starts a peer and hands it to `body`. A peer that cannot be installed or run on this machine is told of in one line,
  /// and nothing else fails with it.
  func withPeer(_ program: PeerProgram, _ body: (Peer) throws -> Void) throws {
    guard let peers else { return }
    do { try body(try Peer(peers, program, threads: compute.threads)) } catch let failure as ChildFailure {
      leaveOut(program.name, reason: failure.description)
    }
  }

  /// Runs a comparison with a peer, if it is wanted. Where the peer computes something else, one line tells of it and no time
  /// is taken.
  func compareWithPeer(
    _ name: String, goal: Goal?, _ makeSides: () throws -> (contender: Contender, rival: Contender?)
  ) throws {
    do { try compare(name, goal: goal, makeSides) } catch let difference as UnequalResults {
      leaveOut(name, reason: difference.description)
    }
  }
}
