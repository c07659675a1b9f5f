import Artifacts

/// The file that keeps a `CompiledTokenizer`; `docs/FORMATS.md` draws it.
///
/// It is taken whole or not at all: whatever is wrong with it, `read` gives `nil`. Hash tables are
/// not in it: building them anew costs as much as checking them would, and a table that is built
/// can be trusted.
enum CompiledTokenizerFile {
  static let magic = Array("AKSHTOK\n".utf8)
  /// MUST rise with the layout, and with any change of what readers make of the same file.
  static let version: UInt32 = 1
  /// Written in the machine's order of bytes; on a machine with another order it reads otherwise.
  private static let byteOrder: UInt32 = 0x0102_0304
  /// Larger files are none of ours: some times the largest file that a cache is made of.
  static let largestSize = 4 * BPETokenizer.largestFile
  /// The bytes before the arrays.
  static let headerSize = 8 + 4 * 4 + 4 * 8 + 16 + 32 + 32
  /// The part of the header that the file's own digest covers: all before that digest.
  static let coveredHeader = headerSize - 32

  // MARK: Writing

  /// The bytes of the file for a tokenizer whose own file's content has the digest `source`.
  static func bytes(of tokenizer: CompiledTokenizer, source: Digest) -> [UInt8] {
    let rest = JSONValue.object([
      "characters": tokenizer.model.characters?.json ?? .null,
      "document": tokenizer.document ?? .null,
    ]).compact
    let (vocabulary, merges) = (tokenizer.model.vocabulary, tokenizer.model.merges)
    var bytes = magic
    for word in [version, byteOrder, tokenizer.kind.rawValue, 0] { append(word, to: &bytes) }
    let counts = [vocabulary.count, merges.count, vocabulary.byteCount, rest.count]
    for count in counts { append(UInt64(count), to: &bytes) }
    bytes += AksharaVersion.padded
    bytes += source.bytes
    bytes += [UInt8](repeating: 0, count: 32)
    vocabulary.forEach { id, _ in append(id, to: &bytes) }
    vocabulary.forEach { _, string in append(UInt32(string.count), to: &bytes) }
    merges.withUnsafeBytes { bytes.append(contentsOf: $0) }
    vocabulary.forEach { _, string in bytes.append(contentsOf: string) }
    bytes += rest
    let digest = bytes.withUnsafeBytes { Self.digest(of: $0) }
    bytes.replaceSubrange(coveredHeader..<headerSize, with: digest.bytes)
    return bytes
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  private static func digest(of file: UnsafeRawBufferPointer) -> Digest {
    var hasher = DigestHasher()
    hasher.update(UnsafeRawBufferPointer(rebasing: file[..<coveredHeader]))
    hasher.update(UnsafeRawBufferPointer(rebasing: file[headerSize...]))
    return hasher.finalize()
  }

  // MARK: Reading

  /// The tokenizer that `bytes` keep, if they are an undamaged file of this version for a content
  /// with the digest `source`.
  static func read(_ file: UnsafeRawBufferPointer, source: Digest) -> CompiledTokenizer? {
    guard file.count >= headerSize, file.starts(with: magic) else { return nil }
    var reader = RawReader(bytes: file, position: magic.count)
    guard reader.next() == version, reader.next() == byteOrder,
      let kind = CompiledTokenizer.Kind(rawValue: reader.next()), reader.next() == 0 as UInt32,
      let counts = Counts(&reader, fileSize: file.count),
      reader.take(16).elementsEqual(AksharaVersion.padded),
      reader.take(32).elementsEqual(source.bytes),
      reader.take(32).elementsEqual(digest(of: file).bytes)
    else { return nil }
    return tokenizer(kind, counts, &reader)
  }

  /// How long the parts are; they fill the file exactly.
  private struct Counts {
    let tokens: Int
    let merges: Int
    let tokenBytes: Int
    let rest: Int

    init?(_ reader: inout RawReader, fileSize: Int) {
      let counts = (0..<4).map { _ in Int(exactly: reader.next() as UInt64) ?? .max }
      // No count above this is possible, and none up to it overflows below.
      guard counts.allSatisfy({ $0 <= fileSize }), counts[0] <= Vocabulary.largestID + 1,
        headerSize + 8 * counts[0] + MemoryLayout<Merge>.stride * counts[1] + counts[2] + counts[3]
          == fileSize
      else { return nil }
      (tokens, merges, tokenBytes, rest) = (counts[0], counts[1], counts[2], counts[3])
    }
  }

  private static func tokenizer(
    _ kind: CompiledTokenizer.Kind, _ counts: Counts, _ reader: inout RawReader
  ) -> CompiledTokenizer? {
    let ids = reader.array(of: TokenID.self, counts.tokens)
    let lengths = reader.array(of: UInt32.self, counts.tokens)
    let merges = reader.array(of: Merge.self, counts.merges)
    let strings = reader.take(counts.tokenBytes)
    guard let vocabulary = Vocabulary(ids: ids, lengths: lengths, bytes: strings),
      merges.allSatisfy({ $0.isPossible(below: vocabulary.endID) }),
      let rest = try? JSONValue(parsing: reader.take(counts.rest))
    else { return nil }
    var rules: CharacterRules?
    if let json = rest["characters"], json != .null {
      guard let read = CharacterRules(json) else { return nil }
      rules = read
    }
    let document = rest["document"].flatMap { $0 == .null ? nil : $0 }
    guard (document != nil) == (kind == .tokenizerJSON) else { return nil }
    return CompiledTokenizer(
      kind: kind,
      model: BPEModelParts(vocabulary: vocabulary, merges: merges, characters: rules),
      document: document)
  }
}

/// Takes values from bytes whose number was checked before.
private struct RawReader {
  let bytes: UnsafeRawBufferPointer
  var position: Int

  mutating func take(_ count: Int) -> UnsafeRawBufferPointer {
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  mutating func next<Value: FixedWidthInteger & BitwiseCopyable>() -> Value {
    take(MemoryLayout<Value>.size).loadUnaligned(as: Value.self)
  }

  mutating func array<Element: BitwiseCopyable>(
    of type: Element.Type, _ count: Int
  ) -> [Element] {
    let part = take(count * MemoryLayout<Element>.stride)
    return [Element](unsafeUninitializedCapacity: count) { elements, filled in
      UnsafeMutableRawBufferPointer(elements).copyMemory(from: part)
      filled = count
    }
  }
}

extension AksharaVersion {
  /// The version in 16 bytes, so that no version takes what another one made of a file.
  fileprivate static var padded: [UInt8] {
    let bytes = Array(text.utf8.prefix(16))
    return bytes + [UInt8](repeating: 0, count: 16 - bytes.count)
  }
}

extension Merge {
  /// Whether all three are IDs below `endID`, and the rank is none below 0.
  fileprivate func isPossible(below endID: Int) -> Bool {
    let ids = UInt32(endID)
    return UInt32(bitPattern: left) < ids && UInt32(bitPattern: right) < ids
      && UInt32(bitPattern: result) < ids && rank >= 0 && rank < .max
  }
}

extension CharacterRules {
  /// The rules of a `tokenizer.json`, which has no unlisted characters.
  fileprivate var json: JSONValue {
    [
      "unknown": unknownToken.map { JSONValue($0) } ?? .null, "fuses": .bool(fusesUnknown),
      "bytes": .array(byteTokens.map { JSONValue($0) }),
      "prefix": .string(continuingPrefix), "suffix": .string(wordSuffix),
    ]
  }

  fileprivate init?(_ json: JSONValue) {
    let tokens = (json["bytes"]?.array ?? []).map { $0.integer.flatMap(TokenID.init(exactly:)) }
    let byteTokens = tokens.compactMap { $0 }
    let unknown = json["unknown"]?.integer.flatMap(TokenID.init(exactly:))
    guard let fuses = json["fuses"]?.bool, let prefix = json["prefix"]?.string,
      let suffix = json["suffix"]?.string, [0, 256].contains(tokens.count),
      byteTokens.count == tokens.count,
      byteTokens.allSatisfy({ (-1...TokenID(Vocabulary.largestID)).contains($0) }),
      (unknown ?? 0) >= 0, (unknown ?? 0) <= TokenID(Vocabulary.largestID)
    else { return nil }
    self.init(
      unknownToken: unknown, fusesUnknown: fuses, byteTokens: byteTokens,
      continuingPrefix: prefix, wordSuffix: suffix)
  }
}
