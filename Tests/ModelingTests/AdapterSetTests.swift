import Artifacts
import Compute
import ComputeCPU
import Fixtures
import Testing

@testable import Modeling

@Suite struct AdapterSetTests {
  private let folder = TemporaryFolder()
  private let backend: CPUBackend

  init() throws { backend = try CPUBackend(threads: 1) }

  private func base() throws -> ModelFolder {
    let path = folder.file("base")
    let weights = try SmallModel.weights(on: backend)
    try ModelWriter.write(weights, as: .float32, to: path, from: backend)
    return try ModelFolder(path)
  }

  /// An adapter with values of its own, of the kind that `options` ask for.
  private func adapter(
    _ name: String, _ options: LoRAOptions, over base: ModelFolder
  ) throws -> AdapterFolder {
    let weights = try DecoderWeights.load(
      model: base, newAdapter: options, seed: 1, on: backend)
    for (index, entry) in weights.adapterTensors.enumerated() {
      fill(entry.tensor, seed: UInt64(index + name.utf8.count), scale: 0.3, on: backend)
    }
    let path = folder.file(name)
    try AdapterFolder.write(
      weights, AdapterConfiguration(options, baseName: nil, baseRevision: nil), to: path,
      from: backend)
    return try AdapterFolder(path)
  }

  private func adapters(over base: ModelFolder) throws -> [(name: String, folder: AdapterFolder)] {
    var decomposed = LoRAOptions(rank: 3, alpha: 6, targets: .named(["q_proj", "down_proj"]))
    decomposed.isDecomposed = true
    var rows = LoRAOptions(rank: 2, alpha: 4)
    rows.trainedTokens = .embedding([3, 9])
    var saved = LoRAOptions(rank: 2, alpha: 4)
    saved.savedModules = ["norm", "lm_head"]
    return [
      ("plain", try adapter("plain", LoRAOptions(rank: 4, alpha: 8), over: base)),
      ("dora", try adapter("dora", decomposed, over: base)),
      ("rows-of-tokens", try adapter("rows-of-tokens", rows, over: base)),
      ("saved-modules-", try adapter("saved-modules-", saved, over: base)),
    ]
  }

  private func text(_ weights: DecoderWeights) throws -> [Int32] {
    try TextGenerator(weights, positions: 40, on: backend)
      .generate([3, 9, 14], GenerationOptions(maximumTokens: 30, temperature: 1, seed: 2)).ids
  }

  @Test func eachAdapterWritesWhatItWritesAlone() throws {
    let base = try base()
    let folders = try adapters(over: base)
    let set = try AdapterSet(folders, over: base, on: backend)
    #expect(set.names == folders.map(\.name))
    // Twice, in both orders: none leaves anything behind in the base that they share.
    for (name, folder) in folders + folders.reversed() {
      let alone = try DecoderWeights.load(model: base, adapter: folder, on: backend)
      #expect(try text(set.weights(of: name)) == text(alone), "\(name)")
    }
    #expect(
      try text(set.weights(of: nil)) == text(DecoderWeights.load(model: base, on: backend)))
    let texts = try Set(([nil] + set.names).map { try text(set.weights(of: $0)) })
    #expect(texts.count == 5)
  }

  @Test func theBaseIsThereOnce() throws {
    let base = try base()
    let set = try AdapterSet(adapters(over: base), over: base, on: backend)
    for name in set.names {
      for (layer, own) in zip(set.base.layers, try set.weights(of: name).layers) {
        for projection in Projection.allCases {
          guard case .dense(let shared) = layer[projection].weight,
            case .dense(let used) = own[projection].weight
          else { continue }
          #expect(shared.storage === used.storage)
        }
      }
    }
  }

  @Test func namesAreKnownAndStandOnce() throws {
    let base = try base()
    let one = try adapter("plain", LoRAOptions(rank: 4, alpha: 8), over: base)
    #expect(throws: AksharaError.self) {
      try AdapterSet([("a", one), ("a", one)], over: base, on: backend)
    }
    let set = try AdapterSet(["a": one], over: base, on: backend)
    #expect(throws: AksharaError.self) { try set.weights(of: "b") }
  }

  @Test func rowsOfAResizedModelAreThoseThatItsFolderLists() throws {
    let base = try base()
    var options = LoRAOptions(rank: 2, alpha: 4)
    options.trainedTokens = .resized
    #expect(options.json["trainable_token_indices"] == "resized")
    #expect(throws: AksharaError.self) { try options.resolved(over: base) }
    let list = Path.join(base.path, ModelFolder.newRowsName)
    try AtomicFile.write(Array("[21, 22]".utf8), to: list)
    #expect(try options.resolved(over: base).trainedTokens == .embedding([21, 22]))
    let weights = try DecoderWeights.load(model: base, newAdapter: options, seed: 1, on: backend)
    #expect(weights.replacements.embeddingRows?.indices == [21, 22])
    try AtomicFile.write(Array("[21, 21]".utf8), to: list)
    #expect(throws: AksharaError.self) { try options.resolved(over: base) }
    // Rows that were named are taken as they are.
    options.trainedTokens = .embedding([4])
    #expect(try options.resolved(over: base) == options)
  }

  @Test func aTiedHeadThatIsTrainedWholeSharesNoRows() throws {
    let base = try base()
    var options = LoRAOptions(rank: 2, alpha: 4)
    options.trainedTokens = .embedding([4])
    options.savedModules = ["lm_head"]
    #expect(throws: AksharaError.self) {
      try DecoderWeights.load(model: base, newAdapter: options, seed: 1, on: backend)
    }
  }
}
