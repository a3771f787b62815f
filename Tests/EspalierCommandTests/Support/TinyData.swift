import EspalierTensors
import EspalierTestSupport

/// 4 × 4 images of three classes that a small perceptron learns in a few epochs, as IDX files.
enum TinyData {
  static let side = 4
  static let classes = 3
  /// Options that train on the data set in moments.
  static let options = ["--data", "data", "--model", "16-12-3", "--batch-size", "16", "--threads", "2"]

  /// Writes the four files into the folder `data` inside of `folder`.
  static func write(into folder: TemporaryFolder, seed: UInt64 = 1) {
    var generator = Xoshiro256(seed: seed)
    folder.folder("data")
    for (set, count) in [("train", 120), ("t10k", 30)] {
      let labels = (0..<count).map { UInt8($0 % classes) }
      let pixels = labels.flatMap { label in
        (0..<side * side).map { pixel in
          UInt8.random(in: pixel % classes == Int(label) ? 120...255 : 0...135, using: &generator)
        }
      }
      folder.file("data/\(set)-images-idx3-ubyte", idx([count, side, side], pixels))
      folder.file("data/\(set)-labels-idx1-ubyte", idx([count], labels))
    }
  }

  /// An IDX file of unsigned bytes that announces `dimensions`, whatever follows.
  static func idx(_ dimensions: [Int], _ bytes: [UInt8], type: UInt8 = 8) -> [UInt8] {
    [0, 0, type, UInt8(dimensions.count)]
      + dimensions.flatMap { size in (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } }
      + bytes
  }
}

extension TemporaryFolder {
  /// A folder with the data set in it.
  static func withTinyData() -> TemporaryFolder {
    let folder = TemporaryFolder()
    TinyData.write(into: folder)
    return folder
  }
}
