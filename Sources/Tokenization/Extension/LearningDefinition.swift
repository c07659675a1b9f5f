import Artifacts

/// A base as tokens are learnt for it: a vocabulary of bytes that has all 256.
///
/// Nearly every byte-level vocabulary is one. Some lack bytes, such as GPT-NeoX's, which has none of
/// those that UTF-8 never uses; they are read as text spelled with the byte alphabet. Here their tokens
/// are bytes again, and what lacks gets a stand-in behind the base's last ID, which no token of
/// Kannada or Telugu holds and which is gone when what was learnt goes back:
///
/// ```
/// base        0 … 50,276                                            spelled with the byte alphabet
/// learning    0 … 50,276   50,277 … 50,289: C0 C1 F5 … FF   50,290 …      bytes
/// extended    0 … 50,276   50,277 …                                 spelled with the byte alphabet
/// ```
struct LearningDefinition {
  /// The base's tokens and merges as bytes.
  let definition: BPEDefinition
  private let base: BPEDefinition
  /// The number of stand-ins.
  private let standIns: Int

  /// The bytes of Kannada and Telugu words: characters of both blocks, joiners, the space before them.
  private static let needed: [UInt8] = [0x20, 0xE0, 0xE2] + Array(0x80...0xBF)

  /// - Throws: `unsupported` if the base is not byte-level, or lacks a byte of these scripts.
  init(_ base: BPEDefinition, at location: SourceLocation?) throws {
    self.base = base
    try Self.checkSpelling(of: base, at: location)
    guard base.characters != nil else {
      (definition, standIns) = (base, 0)
      return
    }
    var bytes = try Self.vocabulary(of: base)
    let missing = (UInt8.min...UInt8.max).filter { bytes.id(of: [$0]) == nil }
    if let byte = missing.first(where: Self.needed.contains) {
      throw AksharaError(
        .unsupported,
        "the base has no token for the byte 0x\(String(byte, radix: 16)), which Kannada and Telugu text "
          + "has", at: location, remedy: "extend a vocabulary that has all bytes of UTF-8")
    }
    for (index, byte) in missing.enumerated() {
      try bytes.add([byte], id: TokenID(base.endID + index))
    }
    var definition = base
    definition.characters = nil
    definition.vocabulary = bytes
    definition.merges = base.merges.filter { merge in
      [merge.left, merge.right, merge.result].allSatisfy { bytes.bytes(of: $0) != nil }
    }
    self.definition = definition
    standIns = missing.count
  }

  /// Refuses a base whose tokens are no bytes.
  ///
  /// - Throws: `unsupported`.
  static func checkSpelling(of base: BPEDefinition, at location: SourceLocation?) throws {
    guard let rules = base.characters else { return }
    guard base.pretokenization.isByteLevel, rules.continuingPrefix.isEmpty, rules.wordSuffix.isEmpty
    else {
      throw AksharaError(
        .unsupported, "the base is not byte-level: its tokens are not spelled byte by byte",
        at: location,
        remedy:
          "extend a byte-level vocabulary without marks for the ends of words, such as Llama 3's")
    }
  }

  /// The tokens that are spelled with the byte alphabet, as bytes. No text becomes any other.
  private static func vocabulary(of base: BPEDefinition) throws -> Vocabulary {
    var bytes = Vocabulary(capacity: base.vocabulary.count + 256)
    let added = Dictionary(base.addedTokens.map { ($0.id, $0.text) }) { first, _ in first }
    for id in base.vocabulary.sortedIDs {
      guard let text = base.spelling(of: id), let token = ByteAlphabet.bytes(spelledBy: text),
        added[id].map({ Array($0.utf8) == token }) ?? true
      else { continue }
      try bytes.add(token, id: id)
    }
    return bytes
  }

  /// The base with the tokens and merges that `learnt` has beyond `definition`.
  func restored(_ learnt: BPEDefinition) throws -> BPEDefinition {
    var result = base
    result.pretokenizer = learnt.pretokenizer
    func id(_ id: TokenID) -> TokenID {
      Int(id) < base.endID + standIns ? id : id - TokenID(standIns)
    }
    for new in learnt.vocabulary.sortedIDs where Int(new) >= base.endID + standIns {
      let bytes = Array(learnt.vocabulary.bytes(of: new) ?? [])
      let spelling =
        base.characters == nil ? bytes : Array(ByteAlphabet.text(spelling: bytes).utf8)
      try result.vocabulary.add(spelling, id: id(new))
    }
    result.merges += learnt.merges.dropFirst(definition.merges.count).map {
      Merge(left: id($0.left), right: id($0.right), result: id($0.result), rank: $0.rank)
    }
    return result
  }
}
