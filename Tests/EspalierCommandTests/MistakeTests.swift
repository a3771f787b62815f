import EspalierTestSupport
import Testing

/// Everything that can be wrong on the command line or in files ends in one line and the right exit status.
@Suite struct MistakeTests {
  private let folder = TemporaryFolder.withTinyData()
  private var espalier: Espalier { Espalier(folder: folder) }

  struct Mistake: Sendable, CustomTestStringConvertible {
    let line: String
    let status: Int
    let message: String
    var testDescription: String { line }

    init(_ line: String, _ status: Int, _ message: String) {
      self.line = line
      self.status = status
      self.message = message
    }

    var arguments: [String] {
      line.split(separator: " ").map { $0 == "''" ? "" : String($0) }
    }
  }

  private func expectOneLine(_ outcome: Espalier.Outcome, _ status: Int, _ message: String) {
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errorLines == ["espalier: error: \(message)"])
    #expect(outcome.output.isEmpty, "\(outcome.output)")
  }

  private static let sizes =
    "expected lenet-300-100, lenet-5, vgg-small, resnet-8, resnet-20, mobilenet (a quarter as wide: mobilenet-0.25) "
    + "or two or more sizes from 1 to 1048576, such as 784-100-10"

  @Test(arguments: [
    Mistake("walk", 64, "Unexpected argument 'walk'"),
    Mistake("--walk", 64, "Unknown option '--walk'"),
    Mistake("inspect", 64, "Missing expected argument '<file>'"),
    Mistake("inspect a --values f16", 64, "--values: expected --latency as well, found none"),
    Mistake("inspect a --no-calibrate", 64, "--no-calibrate: expected --latency as well, found none"),
    Mistake("inspect a --batch 0", 64, "--batch: expected a count from 1 to 65536, found 0"),
    Mistake("inspect a b", 64, "Unexpected argument 'b'"),
    Mistake("run --epoch 3", 64, "Unknown option '--epoch'. Did you mean '--epochs'?"),
    Mistake("run --epochs", 64, "Missing value for '--epochs <count>'"),
    Mistake("run --epochs three", 64, "The value 'three' is invalid for '--epochs <count>'"),
    Mistake("run --epochs 0", 64, "--epochs: expected 1 to 1000000, found 0"),
    Mistake("train --epochs=-1", 64, "--epochs: expected 1 to 1000000, found -1"),
    Mistake("retrain a --epochs 9999999", 64, "--epochs: expected 1 to 1000000, found 9999999"),
    Mistake("run --retrain-epochs=-1", 64, "--retrain-epochs: expected 0 to 1000000, found -1"),
    Mistake("run --batch-size 0", 64, "--batch-size: expected a count from 1 to 16777215, found 0"),
    Mistake("run --threads 0", 64, "--threads: expected 1 to 1024, found 0"),
    Mistake("info --threads 1025", 64, "--threads: expected 1 to 1024, found 1025"),
    Mistake("run --seed=-1", 64, "The value '-1' is invalid for '--seed <number>'"),
    Mistake("run --learning-rate 0", 64, "--learning-rate: expected a positive number, found 0.0"),
    Mistake("run --learning-rate nan", 64, "--learning-rate: expected a positive number, found nan"),
    Mistake("run --momentum 1", 64, "--momentum: expected a number in 0 ..< 1, found 1.0"),
    Mistake("run --weight-decay inf", 64, "--weight-decay: expected a number of at least 0, found inf"),
    Mistake("run --warm-up=-1", 64, "--warm-up: expected a number of at least 0, found -1.0"),
    Mistake("run --label-smoothing 2", 64, "--label-smoothing: expected a number in 0…1, found 2.0"),
    Mistake("run --evolve 2", 64, "--evolve: expected a number in 0…1, found 2.0"),
    Mistake("train --evolve 0.3", 64, "--evolve: expected --density or --epsilon as well, found neither"),
    Mistake("train --density 0", 64, "--density: expected a number above 0 and up to 1, found 0.0"),
    Mistake("run --density 1.5", 64, "--density: expected a number above 0 and up to 1, found 1.5"),
    Mistake("train --epsilon=-1", 64, "--epsilon: expected a positive number, found -1.0"),
    Mistake("run --epsilon inf", 64, "--epsilon: expected a positive number, found inf"),
    Mistake(
      "train --density 0.1 --epsilon 20", 64, "--density, --epsilon: expected one of them, found both"),
    Mistake("bench-model a --exit input", 64, "--exit: expected --dynamic as well"),
    Mistake("bench-model a --skip zeros", 64, "--skip: expected --dynamic as well"),
    Mistake("bench-model a --data b", 64, "--data: expected --dynamic as well"),
    Mistake("bench-model a --seed 2", 64, "--seed: expected --dynamic as well"),
    Mistake("bench-model a --dynamic --held-out 0", 64, "--held-out: expected a positive count, found 0"),
    Mistake("bench-model a --dynamic --exit-measure margin", 64, "--exit-measure: expected --exit as well"),
    Mistake("bench-model a --dynamic --exit-density 0.5", 64, "--exit-density: expected --exit as well"),
    Mistake(
      "bench-model a --dynamic --exit input --exit-density 0", 64,
      "--exit-density: expected a number above 0 and up to 1, found 0.0"),
    Mistake(
      "bench-model a --dynamic --loss-allowed=-1", 64,
      "--loss-allowed: expected a number of points in 0…100, found -1.0"),
    Mistake(
      "bench-model a --dynamic --batch 4", 64, "--dynamic: expected neither --batch nor --runs, found --batch"
    ),
    Mistake(
      "bench-model a --dynamic --exit fc1 --exit fc1:8", 64,
      "--exit: expected places of their own, found one twice"),
    Mistake(
      "bench-model a --dynamic --exit fc1:0", 64,
      "The value 'fc1:0' is invalid for '--exit <place>': expected 'input' or the name of a node, with a colon and 1 to "
        + "65536 hidden neurons or without"
    ),
    Mistake("run --momentum 0.5", 64, "--momentum: expected --optimizer sgd as well"),
    Mistake("run --nesterov", 64, "--nesterov: expected --optimizer sgd with momentum"),
    Mistake("run --sensitivity nan", 64, "--sensitivity: expected a number of at least 0, found nan"),
    Mistake("prune a --threshold=-1", 64, "--threshold: expected a number of at least 0, found -1.0"),
    Mistake(
      "prune a --threshold 1 --sensitivity 1", 64, "expected one amount, found --sensitivity and --threshold"),
    Mistake(
      "run --optimizer lion", 64,
      "The value 'lion' is invalid for '--optimizer <name>'. Please provide one of 'sgd', 'adam' or 'adamw'."),
    Mistake(
      "run --backend mkl", 64,
      "The value 'mkl' is invalid for '--backend <name>'. Please provide one of 'reference' and 'openblas'."),
    Mistake("run --model 784", 64, "The value '784' is invalid for '--model <model>': \(sizes)"),
    Mistake("run --model 784--10", 64, "The value '784--10' is invalid for '--model <model>': \(sizes)"),
    Mistake("run --model 784-0-10", 64, "The value '784-0-10' is invalid for '--model <model>': \(sizes)"),
    Mistake("train --model ''", 64, "The value '' is invalid for '--model <model>': \(sizes)"),
  ])
  func arguments(mistake: Mistake) throws {
    expectOneLine(espalier(mistake.arguments), mistake.status, mistake.message)
  }

  @Test(arguments: [
    Mistake(
      "run --data data --model 784-10", 64,
      "--model 784-10: expected 16 inputs for samples of shape [4, 4], found 784"),
    Mistake(
      "run --data data --model 16-10-2", 64,
      "--model 16-10-2: expected at least 3 outputs, one a class, found 2"),
    Mistake("run --data nowhere", 1, "nowhere: cannot open the data folder: No such file or directory"),
    Mistake("run --data ''", 1, "'': cannot open the data folder: No such file or directory"),
    Mistake(
      "train --data data/t10k-images-idx3-ubyte", 1,
      "data/t10k-images-idx3-ubyte: cannot open the data folder: Not a directory"),
    Mistake(
      "run --data .", 1,
      ".: train-images-idx3-ubyte: expected this file (also as train-images.idx3-ubyte, also with .gz), found none"
    ),
    Mistake("inspect nothing", 1, "nothing: cannot open: No such file or directory"),
    Mistake("evaluate ''", 1, "'': cannot open: No such file or directory"),
    Mistake("prune data", 1, "data: cannot read: Is a directory"),
    Mistake("inspect /dev/null", 1, "/dev/null: type: expected a regular file, found a device"),
    Mistake("inspect empty", 1, "empty: header length: expected 8 bytes, found 0 bytes"),
    Mistake(
      "retrain garbage", 1,
      "garbage: header length: expected at most the 2 bytes that follow, found 7378697629483820646"),
    Mistake(
      "inspect plain", 1,
      "plain: metadata: expected an entry espalier.architecture, found none (not a network file)"),
    Mistake(
      "run --data data --model 16-3 --output empty", 1, "empty: cannot make the output folder: File exists"),
    Mistake(
      "run --data data --model 16-3 --output a/b", 1,
      "a/b: cannot make the output folder: No such file or directory"),
    Mistake(
      "train --data data --model 16-3 --output a/b", 1, "a/b: cannot write: No such file or directory"),
    Mistake("train --data data --model 16-3 --output data", 1, "data: cannot write: Is a directory"),
  ])
  func files(mistake: Mistake) throws {
    folder.file("empty", [])
    folder.file("garbage", [UInt8](repeating: 0x66, count: 10))
    folder.file("plain", [2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8))
    expectOneLine(espalier(mistake.arguments), mistake.status, mistake.message)
  }

  @Test func models() throws {
    let memory = espalier("run", "--data", "data", "--model", "16-1048576-1048576-3")
    #expect(memory.status == 64 && memory.errorLines.count == 1)
    #expect(memory.errors.contains("expected a training in ") && memory.errors.contains("found 17593.6 GB"))
    _ = espalier(["train", "--epochs", "1"] + TinyData.options)
    expectOneLine(
      espalier("prune", "dense.safetensors", "--layers", "fc1,fc9"), 64,
      "--layers: expected some of fc1, fc2, found fc9")
    expectOneLine(
      espalier("prune", "dense.safetensors", "--layers", ""), 64,
      "--layers: expected some of fc1, fc2, found none")
    expectOneLine(
      espalier("prune", "dense.safetensors", "--output", "/dev/full"), 1,
      "/dev/full: cannot write: No space left on device")
    folder.file("data/train-images-idx3-ubyte", TinyData.idx([120, 2, 2], [UInt8](repeating: 1, count: 480)))
    folder.file("data/t10k-images-idx3-ubyte", TinyData.idx([30, 2, 2], [UInt8](repeating: 1, count: 120)))
    for step in ["evaluate", "retrain"] {
      expectOneLine(
        espalier(step, "dense.safetensors", "--data", "data"), 1,
        "dense.safetensors: architecture: expected an input for data's samples of shape [2, 2], "
          + "found shape [4, 4]")
    }
  }

  @Test func environment() throws {
    for (name, value, expected) in [
      ("ESPALIER_THREADS", "many", "1 to 1024"), ("ESPALIER_THREADS", "0", "1 to 1024"),
      ("ESPALIER_BACKEND", "mkl", nil), ("ESPALIER_ISA", "mmx", nil),
    ] as [(String, String, String?)] {
      let outcome = Espalier(folder: folder, environment: [name: value])("info")
      #expect(outcome.status == 64 && outcome.errorLines.count == 1)
      #expect(outcome.errors.hasPrefix("espalier: error: \(name): expected \(expected ?? "")"))
      #expect(outcome.errors.hasSuffix(", found \(value)\n"))
    }
    expectOneLine(
      Espalier(folder: folder, environment: ["ESPALIER_DATA": "/nowhere"])("run"), 1,
      "/nowhere: cannot open the data folder: No such file or directory")
  }
}
