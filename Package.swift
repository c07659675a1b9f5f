// swift-tools-version: 6.2
import PackageDescription

/// Every target treats warnings as errors and uses Swift 6's strict concurrency.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// Kernels are compiled with optimization in debug builds too: the tests run real training steps.
let kernelFlags: [CSetting] = [.unsafeFlags(["-O3", "-fno-math-errno", "-ffp-contract=off"])]

/// A pipeline stage: one Swift target that may import only what stands in `dependencies`.
func stage(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one stage, at the same path as its sources.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.byName(name: name), "Fixtures"] + dependencies,
    swiftSettings: strict)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
/// NIO comes with Hummingbird: its byte buffers and sockets are part of what a server sees.
let hummingbird: [Target.Dependency] = [
  .product(name: "Hummingbird", package: "hummingbird"),
  .product(name: "HTTPTypes", package: "swift-http-types"),
  .product(name: "Logging", package: "swift-log"),
  .product(name: "NIOCore", package: "swift-nio"),
]
let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "akshara",
  products: [.executable(name: "akshara", targets: ["akshara"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // Without its default traits, neither swift-configuration nor all of Foundation comes along.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
  ],
  targets: [
    // Thin shims over C libraries. They decide nothing.
    .target(
      name: "CICU",
      linkerSettings: [.linkedLibrary("icui18n"), .linkedLibrary("icuuc")]),
    .target(name: "CFileFlags"),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "CJSON",
      cxxSettings: [.unsafeFlags(["-O3"])],
      linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("stdc++")]),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
    .target(
      name: "COrthographyModels",
      exclude: [
        "romanized_language.bin", "transliteration_kannada.bin", "transliteration_telugu.bin",
      ],
      cSettings: [.unsafeFlags(["-std=gnu23"])]),  // for #embed
    .systemLibrary(name: "CLibXML", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .target(name: "CXML", dependencies: ["CLibXML"]),
    .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
    .target(name: "CMatMul", cSettings: kernelFlags, linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CTextKernels", cSettings: kernelFlags),
    .target(name: "CTensorKernels", cSettings: kernelFlags, linkerSettings: [.linkedLibrary("m")]),

    // The stages, in the order in which data flows.
    stage("Artifacts", ["CFileFlags", "CZstd", "CZlib", "CJSON", crypto]),
    stage("Orthography", ["CICU", "COrthographyModels"]),
    stage("Transfer", ["Artifacts", "CCurl", crypto]),
    stage("Conversations", ["Artifacts", "CXML", "CZip", "Orthography"]),
    stage("Curation", ["Artifacts", "Conversations", "Orthography"]),
    stage("Tokenization", ["Artifacts", "Orthography", "CTextKernels"]),
    stage("Jinja", ["Artifacts"]),
    stage("Batching", ["Artifacts", "Conversations", "Jinja", "Tokenization"]),
    stage("Compute"),
    stage("ComputeCPU", ["Compute", "CMatMul", "CTensorKernels"]),
    stage("Modeling", ["Artifacts", "Compute"]),
    stage(
      "Training",
      ["Artifacts", "Batching", "Compute", "Conversations", "Modeling", "Tokenization"]),
    stage(
      "Evaluation",
      [
        "Artifacts", "Batching", "Compute", "Conversations", "Modeling", "Orthography",
        "Tokenization", "Training",
      ]),
    stage(
      "Pipeline",
      [
        "Artifacts", "Batching", "Compute", "Conversations", "Curation", "Evaluation", "Modeling",
        "Orthography", "Tokenization", "Training", "Transfer", yams,
      ]),
    stage(
      "Serving",
      [
        "Artifacts", "Batching", "Conversations", "Orthography", "Tokenization", "CServingAssets",
      ] + hummingbird),
    .target(
      name: "CServingAssets", exclude: ["page"],
      cSettings: [.unsafeFlags(["-std=gnu23"])]),  // for #embed
    .executableTarget(
      name: "akshara",
      dependencies: [
        "Artifacts", "Batching", "Compute", "ComputeCPU", "Conversations", "Curation",
        "Evaluation", "Modeling", "Orthography", "Pipeline", "Serving", "Tokenization", "Training",
        "Transfer", argumentParser,
      ],
      swiftSettings: strict),

    // Benchmarks.
    .executableTarget(
      name: "tokenizer-benchmark", dependencies: ["Tokenization"],
      path: "Benchmarks/tokenizer/Encoding", swiftSettings: strict),
    .executableTarget(
      name: "packing-benchmark", dependencies: ["Batching"],
      path: "Benchmarks/packing/Packing", swiftSettings: strict),
    .target(name: "CAllocationCount", path: "Benchmarks/training-cpu/AllocationCount"),
    .executableTarget(
      name: "training-benchmark",
      dependencies: ["CAllocationCount", "Compute", "ComputeCPU", "Modeling"],
      path: "Benchmarks/training-cpu/Step", swiftSettings: strict),

    // Tests.
    .target(
      name: "Fixtures", path: "Tests/Fixtures", exclude: ["FIXTURES.json", "Data"],
      swiftSettings: strict),
    tests("Artifacts"),
    tests("Orthography", ["Artifacts", crypto]),
    tests("Transfer", ["Artifacts"]),
    tests("Conversations", ["Artifacts", "Orthography"]),
    tests("Curation", ["Artifacts", "Conversations", "Orthography"]),
    tests("Tokenization", ["Artifacts"]),
    tests("Jinja", ["Artifacts"]),
    tests("Batching", ["Artifacts", "Conversations", "Tokenization"]),
    tests("Compute"),
    tests("ComputeCPU", ["Artifacts", "Compute"]),
    tests("Modeling", ["Artifacts", "Compute", "ComputeCPU"]),
    tests(
      "Training",
      [
        "Artifacts", "Batching", "Compute", "ComputeCPU", "Conversations", "Modeling",
        "Tokenization",
      ]),
    tests(
      "Evaluation",
      ["Artifacts", "Batching", "Compute", "ComputeCPU", "Modeling", "Tokenization"]),
    tests("Serving", ["Artifacts", "Batching", "Conversations", "Tokenization"]),
    tests("Pipeline", ["Artifacts", "Conversations", "Transfer"]),
    .testTarget(
      name: "CommandTests", dependencies: ["Artifacts", "Fixtures"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
