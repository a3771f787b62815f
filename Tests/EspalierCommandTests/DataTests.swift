import EspalierTestSupport
import Foundation
import Testing

@Suite struct DataTests {
  private let folder = TemporaryFolder.withTinyData()

  /// One file of the data set replaced, and what the command says about it.
  struct Damage: Sendable, CustomTestStringConvertible {
    let file: String
    let bytes: [UInt8]
    let message: String
    var testDescription: String { message }

    init(_ file: String, _ bytes: [UInt8], _ message: String) {
      self.file = file
      self.bytes = bytes
      self.message = message
    }
  }

  private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  @Test(arguments: [
    Damage("train-images-idx3-ubyte", [], "header, byte 0: expected 4 bytes, found 0 bytes"),
    Damage(
      "train-images-idx3-ubyte", Array("PNG!".utf8),
      "byte 0: expected 00 00, the start of an IDX file, found 50 4e"),
    Damage(
      "train-images-idx3-ubyte", TinyData.idx([120, 4, 4], zeros(1920), type: 0x0d),
      "byte 2: expected element type 08 (unsigned byte), found 0d (float)"),
    Damage(
      "t10k-images-idx3-ubyte", TinyData.idx([30, 4, 4], zeros(479)),
      "elements: expected 480 bytes for 30 × 4 × 4, found 479 bytes"),
    Damage(
      "t10k-images-idx3-ubyte", TinyData.idx([30, 4, 5], zeros(600)),
      "header: expected images of [4, 4] as in the training set, found [4, 5]"),
    Damage(
      "t10k-images-idx3-ubyte", TinyData.idx([4_294_967_295, 4_294_967_295, 4_294_967_295], zeros(9)),
      "sizes: expected an array that fits in memory, found 4294967295 × 4294967295 × 4294967295"),
    Damage(
      "train-labels-idx1-ubyte", TinyData.idx([119], zeros(119)),
      "header: expected 120 labels, one per image of data/train-images-idx3-ubyte, found 119"),
    Damage(
      "train-labels-idx1-ubyte", TinyData.idx([120, 1], zeros(120)),
      "header: expected labels, an array of rank 1, found rank 2"),
    Damage(
      "t10k-labels-idx1-ubyte", TinyData.idx([30], zeros(29) + [3]),
      "label 29: expected a class that the training set has, found 3"),
  ])
  func damagedFilesAreNamed(damage: Damage) throws {
    folder.file("data/\(damage.file)", damage.bytes)
    for command in ["run", "train"] {
      let outcome = Espalier(folder: folder)([command] + TinyData.options)
      #expect(outcome.status == 1)
      #expect(outcome.errorLines == ["espalier: error: data/\(damage.file): \(damage.message)"])
      #expect(outcome.output.isEmpty)
    }
  }

  @Test func gzipBombsAreNotInflated() throws {
    let image = "data/train-images-idx3-ubyte"
    let header = folder.file("header", TinyData.idx([120, 4, 4], []))
    let script = """
      { cat \(header); head -c 50000000 /dev/zero; } | gzip -1 > \(image).gz && rm \(image) && \
      exec "$espalier" run \(TinyData.options.joined(separator: " "))
      """
    let outcome = Espalier(folder: folder).shell(script)
    #expect(outcome.status == 1)
    #expect(
      outcome.errorLines == [
        "espalier: error: \(image).gz: elements: expected 1920 bytes for 120 × 4 × 4, found more"
      ])
  }

  @Test func compressedFilesAreTheSameData() throws {
    let plain = Espalier(folder: folder)(
      ["train", "--epochs", "1", "--output", "plain"] + TinyData.options)
    #expect(plain.status == 0)
    let script = """
      gzip data/* && exec "$espalier" train --epochs 1 --output packed \(TinyData.options.joined(separator: " "))
      """
    #expect(Espalier(folder: folder).shell(script).status == 0)
    let bytes = try #require(contents(folder.path("plain")))
    #expect(contents(folder.path("packed")) == bytes)
  }

  /// Hides the folder of Debian's package in a mount name space of the process's own, where there is one.
  private static let hiding =
    "d=/usr/share/datasets; if [ -d $d ]; then mount -t tmpfs none $d; fi && exec \"$espalier\""
  private static let canHide = {
    Espalier(folder: TemporaryFolder()).shell("unshare -rm sh -c '\(hiding) info'").status == 0
  }()

  @Test(.enabled(if: canHide, "needs a mount name space"))
  func noFolderIsToldInOneLine() throws {
    let script = "\(Self.hiding) train --model 784-10 --epochs 1000000"
    let process = Espalier(folder: folder).start("/usr/bin/unshare", ["-rm", "sh", "-c", script])
    #expect(process.waits(for: "\n"))
    process.send(SIGKILL)
    #expect(
      process.outcome().errorLines.first
        == "espalier: note: no data folder given and /usr/share/datasets/fashion-mnist not found: "
        + "using built-in 28×28 digits")
  }
}
