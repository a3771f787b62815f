// swift-tools-version: 6.1
import PackageDescription

// Espalier trains, prunes, retrains and serves neural networks on CPUs.
//
// The modules form layers; imports point from the bottom of this list to the top:
//
//     COpenBLAS  CZlib  CEspalierKernels      C: the BLAS, zlib, our own fused kernels
//     EspalierTensors                         tensors, backends, bit masks, random numbers
//     EspalierNetworks                        parameters, layers, graphs of layers, losses
//     EspalierFormats                         files, byte by byte
//     EspalierFigures                         figures as SVG, pages as HTML
//     EspalierInference                       networks lowered to the fastest operators for a batch size
//     EspalierData                            labelled samples: from files, drawn, in batches
//     EspalierPruning                         which weights go: criteria, patterns, distributions, schedules
//     EspalierOneShot                         pruning without training: second-order layer reconstruction
//     EspalierTraining                        optimizers, schedules, evaluation, the trainer; pruning while training
//     EspalierRecipes                         whole experiments: train → prune → retrain
//     Espalier                                the umbrella that users import
//
// Build without any C BLAS: `swift build --disable-default-traits`.

let openBLAS: Target.Dependency = .target(
  name: "COpenBLAS", condition: .when(traits: ["OpenBLAS"]))

let package = Package(
  name: "espalier",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Espalier", targets: ["Espalier"]),
    .executable(name: "espalier", targets: ["espalier-cli"]),
  ],
  traits: [
    .trait(
      name: "OpenBLAS",
      description: "Dense products on OpenBLAS (Debian: libopenblas-dev, liblapacke-dev)."),
    .default(enabledTraits: ["OpenBLAS"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    // C
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CEspalierKernels"),

    // The library
    .target(name: "EspalierTensors", dependencies: ["CEspalierKernels", openBLAS]),
    .target(name: "EspalierNetworks", dependencies: ["EspalierTensors"]),
    .target(name: "EspalierFormats", dependencies: ["CZlib", "EspalierNetworks", "EspalierTensors"]),
    .target(
      name: "EspalierData", dependencies: ["EspalierFormats", "EspalierNetworks", "EspalierTensors"]),
    .target(
      name: "EspalierPruning", dependencies: ["EspalierData", "EspalierNetworks", "EspalierTensors"]),
    .target(
      name: "EspalierOneShot", dependencies: ["EspalierNetworks", "EspalierPruning", "EspalierTensors"]),
    .target(name: "EspalierFigures", dependencies: ["EspalierTensors"]),
    .target(
      name: "EspalierInference",
      dependencies: ["EspalierFormats", "EspalierNetworks", "EspalierTensors"]),
    .target(
      name: "EspalierTraining",
      dependencies: ["EspalierData", "EspalierNetworks", "EspalierPruning", "EspalierTensors"]),
    .target(
      name: "EspalierRecipes",
      dependencies: [
        "EspalierData", "EspalierFigures", "EspalierFormats", "EspalierInference", "EspalierNetworks",
        "EspalierOneShot", "EspalierPruning", "EspalierTensors", "EspalierTraining",
        .product(name: "Yams", package: "Yams"),
      ]),
    .target(
      name: "Espalier",
      dependencies: [
        "EspalierData", "EspalierFigures", "EspalierFormats", "EspalierInference", "EspalierNetworks",
        "EspalierOneShot", "EspalierPruning", "EspalierRecipes", "EspalierTensors", "EspalierTraining",
      ]),

    // The command
    .executableTarget(
      name: "espalier-cli",
      dependencies: [
        "Espalier",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // The benchmarks
    .target(name: "CEspalierBenchmarks", path: "Benchmarks/CEspalierBenchmarks"),
    .executableTarget(
      name: "espalier-benchmarks",
      dependencies: [
        "CAllocationCount", "CEspalierBenchmarks", "Espalier", openBLAS,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/EspalierBenchmarks"),

    // Tests
    .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
    .target(
      name: "EspalierTestSupport", dependencies: ["EspalierNetworks", "EspalierTensors"],
      path: "Tests/EspalierTestSupport"),
    .testTarget(
      name: "CEspalierKernelsTests", dependencies: ["CEspalierKernels", "EspalierTestSupport"]),
    .testTarget(
      name: "EspalierComputeTests", dependencies: ["EspalierTensors", "EspalierTestSupport"]),
    .testTarget(
      name: "EspalierFactorisationTests", dependencies: ["EspalierTensors", "EspalierTestSupport"]),
    .testTarget(
      name: "EspalierOneShotTests",
      dependencies: [
        "EspalierNetworks", "EspalierOneShot", "EspalierPruning", "EspalierTensors", "EspalierTestSupport",
      ]),
    .testTarget(
      name: "EspalierSearchTests",
      dependencies: [
        "EspalierData", "EspalierFormats", "EspalierNetworks", "EspalierOneShot", "EspalierPruning",
        "EspalierRecipes", "EspalierTensors", "EspalierTestSupport", "EspalierTraining",
      ]),
    .testTarget(
      name: "EspalierSelectionTests", dependencies: ["EspalierTensors", "EspalierTestSupport"]),
    .testTarget(
      name: "EspalierSparseTests", dependencies: ["EspalierTensors", "EspalierTestSupport"]),
    .testTarget(
      name: "EspalierRecipesTests",
      dependencies: [
        "EspalierData", "EspalierFigures", "EspalierFormats", "EspalierNetworks", "EspalierPruning",
        "EspalierRecipes", "EspalierTensors", "EspalierTestSupport", "EspalierTraining",
      ]),
    .testTarget(
      name: "EspalierCommandTests",
      dependencies: [
        "espalier-cli", "EspalierFormats", "EspalierNetworks", "EspalierPruning", "EspalierTensors",
        "EspalierTestSupport",
      ]),
    .testTarget(
      name: "EspalierCompactTests",
      dependencies: [
        "EspalierData", "EspalierFormats", "EspalierNetworks", "EspalierPruning", "EspalierTensors",
        "EspalierTestSupport", "EspalierTraining",
      ]),
    .testTarget(
      name: "EspalierPackingTests",
      dependencies: [
        "EspalierData", "EspalierNetworks", "EspalierPruning", "EspalierTensors", "EspalierTestSupport",
        "EspalierTraining",
      ]),
    .testTarget(
      name: "EspalierInferenceTests",
      dependencies: [
        "CAllocationCount", "EspalierInference", "EspalierNetworks", "EspalierPruning", "EspalierTensors",
        "EspalierTestSupport",
      ]),
    .testTarget(
      name: "EspalierDynamicTests",
      dependencies: [
        "EspalierData", "EspalierInference", "EspalierNetworks", "EspalierPruning", "EspalierRecipes",
        "EspalierTensors", "EspalierTestSupport", "EspalierTraining",
      ]),
    .testTarget(
      name: "EspalierStructuredPruningTests",
      dependencies: [
        "EspalierData", "EspalierInference", "EspalierNetworks", "EspalierPruning", "EspalierRecipes",
        "EspalierTensors", "EspalierTestSupport", "EspalierTraining",
      ]),
    .testTarget(
      name: "EspalierConvolutionTests",
      dependencies: [
        "CAllocationCount", "EspalierFormats", "EspalierInference", "EspalierNetworks", "EspalierTensors",
        "EspalierTestSupport",
      ]),
    .testTarget(
      name: "EspalierSmallBatchTests", dependencies: ["EspalierTensors", "EspalierTestSupport"]),
    .testTarget(
      name: "EspalierStructuredTests", dependencies: ["EspalierTensors", "EspalierTestSupport"]),
    .testTarget(
      name: "EspalierNetworksTests",
      dependencies: ["EspalierNetworks", "EspalierTensors", "EspalierTestSupport"]),
    .testTarget(
      name: "EspalierGroupsTests",
      dependencies: ["EspalierNetworks", "EspalierTensors", "EspalierTestSupport"]),
    .testTarget(
      name: "EspalierCompactionTests",
      dependencies: [
        "EspalierData", "EspalierFormats", "EspalierNetworks", "EspalierPruning", "EspalierTensors",
        "EspalierTestSupport", "EspalierTraining",
      ]),
    .testTarget(
      name: "EspalierPruningTests",
      dependencies: ["EspalierNetworks", "EspalierPruning", "EspalierTensors", "EspalierTestSupport"]),
    .testTarget(
      name: "EspalierTrainingTests",
      dependencies: [
        "EspalierData", "EspalierNetworks", "EspalierPruning", "EspalierTensors", "EspalierTestSupport",
        "EspalierTraining",
      ]),
    .testTarget(
      name: "EspalierBornSparseTests",
      dependencies: [
        "EspalierData", "EspalierFormats", "EspalierInference", "EspalierNetworks", "EspalierPruning",
        "EspalierTensors", "EspalierTestSupport", "EspalierTraining",
      ]),
    .testTarget(name: "EspalierReferenceTests", dependencies: ["EspalierTensors"]),
    .testTarget(name: "EspalierDigitsTests", dependencies: ["EspalierData"]),
    .testTarget(
      name: "EspalierFiguresTests",
      dependencies: ["EspalierFigures", "EspalierTensors", "EspalierTestSupport"]),
    .testTarget(
      name: "EspalierFormatsTests",
      dependencies: [
        "CZlib", "EspalierFormats", "EspalierNetworks", "EspalierTensors", "EspalierTestSupport",
      ]),
    .testTarget(
      name: "EspalierDataTests", dependencies: ["EspalierData", "EspalierFormats", "EspalierTestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
