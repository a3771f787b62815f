import EspalierFormats
import EspalierTestSupport
import Testing

/// What happens when nobody, or a full disk, takes what the command says.
@Suite struct StreamTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier { Espalier(folder: folder) }
  private let options = TinyData.options.joined(separator: " ")

  @Test func aFullDiskIsAnError() throws {
    for arguments in [
      "info", "info --json", "--help", "help run", "run --json --epochs 1 --retrain-epochs 1 \(options)",
    ] {
      let outcome = espalier.shell("exec \"$espalier\" \(arguments) > /dev/full")
      #expect(outcome.status == 1, "\(arguments)")
      #expect(
        outcome.errorLines.last == "espalier: error: standard output: cannot write: No space left on device")
    }
  }

  @Test func aBrokenPipeIsAnError() throws {
    let outcome = espalier.shell("{ sleep 0.2; \"$espalier\" info; echo $? >&2; } | true")
    #expect(
      outcome.errorLines == ["espalier: error: standard output: cannot write: Broken pipe", "1"])
  }

  @Test func closedStreamsDoNotEndUpInFiles() throws {
    let run = "\"$espalier\" run --epochs 1 --retrain-epochs 1 \(options)"
    let closed = espalier.shell("\(run) --output closed >&-")
    #expect(closed.status == 1)
    #expect(closed.errorLines == ["espalier: error: standard output: cannot write: Bad file descriptor"])
    #expect(espalier.shell("\(run) --output quiet 2>&- <&-").status == 0)
    #expect(espalier.shell("\(run) --output plain").status == 0)
    for name in ["dense.safetensors", "pruned.safetensors", "retrained.safetensors"] {
      let plain = try #require(contents(folder.path("plain/\(name)")))
      #expect(contents(folder.path("quiet/\(name)")) == plain)
    }
  }
}
