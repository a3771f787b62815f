import Espalier

/// The command `espalier` from start to end, against a program that does nothing.
enum CommandSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    guard let command = try OwnProgram.neighbour("espalier") else {
      return ProgressNote.show("command: left out, because espalier is not built beside this program")
    }
    try run.compare("inspect a pruned lenet-300-100", goal: .milliseconds(atMost: 50)) {
      let file = try SmallNetworkFile(using: run.makeGenerator())
      return (
        Contender("espalier inspect", .unmeasured) {
          try ChildProcess(command, ["inspect", file.path]).end()
        },
        Contender("true", .unmeasured) { try ChildProcess("/bin/true", []).end() }
      )
    }
  }
}

/// A pruned network in a file that is there as long as this object.
private final class SmallNetworkFile {
  private let folder: TemporaryFolder
  var path: String { "\(folder.path)/network.safetensors" }

  init(using generator: Xoshiro256) throws {
    folder = try TemporaryFolder()
    var generator = generator
    var network = Network.leNet300100(using: &generator)
    network.prune(sparsity: 0.9, within: .network)
    try NetworkFile(network).write(to: path)
  }
}
