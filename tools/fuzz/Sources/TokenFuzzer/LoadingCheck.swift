import Artifacts

@testable import Tokenization

/// Reads damaged files: an error that says what is wrong, or a tokenizer that works.
struct LoadingCheck: Sendable {
  let pattern: SplitPattern?
  /// Whether inputs are sound files, which must load.
  let isSound: Bool
  private let location = SourceLocation(file: "fuzzed")

  /// Tests one input, which is the file.
  func test(_ input: UnsafeBufferPointer<UInt8>) {
    let file = Array(input)
    attempt {
      let definition = try TokenizerFile(file, at: location).definition(
        pattern: pattern, specialTokens: [])
      try Self.use(try BPETokenizer(definition, content: nil, source: file, at: location))
    }
  }

  /// Encodes and decodes some text, and writes the tokenizer, where a `tokenizer.json` can say it.
  static func use(_ tokenizer: BPETokenizer) throws {
    let text = ExactBytes(
      "a <s>ab hello\n\u{2581}ಕ್ಷ 12  <|end|> é\u{301}\u{200D}".utf8 + [0xE0, 0xB2, 0xFF])
    for policy in [SpecialTokenPolicy.asText, .allow] {
      let encoding = tokenizer.encode(text.bytes, specials: policy)
      claim(
        encoding.ends.last ?? Int32(text.bytes.count) == Int32(text.bytes.count), "the last end")
      claim(zip(encoding.ends, encoding.ends.dropFirst()).allSatisfy(<=), "ends fall")
      _ = tokenizer.decode(encoding.ids)
    }
    let framed = TokenBuffer(keepsEnds: true)
    tokenizer.encodeFramed(text.bytes, specials: .allow, into: framed)
    _ = tokenizer.decode((-1..<TokenID(min(tokenizer.vocabularyCount, 2_000))))
    let written: [UInt8]
    do { written = try tokenizer.definition.tokenizerJSON(at: nil) } catch is AksharaError {
      return
    }
    let definition: BPEDefinition
    do {
      definition = try TokenizerFile(written, at: SourceLocation(file: "written")).definition(
        pattern: nil, specialTokens: [])
    } catch { fatalError("what was written is refused: \(error)") }
    let again = try BPETokenizer(definition)
    let plain = "ab hello ಕ್ಷ 12  é"
    claim(
      again.encode(plain).ids == tokenizer.encode(plain).ids, "what was written encodes otherwise")
  }

  private func attempt(_ body: () throws -> Void) {
    do { try body() } catch let error as AksharaError {
      claim(!isSound, "a sound file is refused: \(error)")
    } catch {
      fatalError("an error without a remedy: \(error)")
    }
  }
}

/// Reads damaged caches whose digests fit, so that what is behind the digests is reached.
struct CacheCheck: Sendable {
  private let cache: [UInt8]
  private let content: [UInt8]
  private let source: Digest

  init(_ loaded: LoadedTokenizer) {
    let definition = loaded.best.definition
    guard let content = try? loaded.best.content.bytes,
      let document = try? JSONValue(parsing: content),
      let compiled = CompiledTokenizer.tokenizerJSON(document, definition)
    else { fatalError("the tokenizer has no cache") }
    self.content = content
    source = Digest(of: content)
    cache = CompiledTokenizerFile.bytes(of: compiled, source: source)
  }

  /// Tests one input: pairs of a place (three bytes) and a change.
  func test(_ input: UnsafeBufferPointer<UInt8>) {
    var bytes = cache
    for index in stride(from: 0, to: input.count - 4, by: 5) {
      let place = Int(input[index]) | Int(input[index + 1]) << 8 | Int(input[index + 2]) << 16
      // Half of the changes fall into the header and the first arrays.
      let at = input[index + 3] & 1 == 0 ? place % bytes.count : place % min(4096, bytes.count)
      switch input[index + 3] >> 1 & 3 {
      case 0: bytes[at] = input[index + 4]
      case 1: bytes[at] ^= 1 << (input[index + 4] & 7)
      case 2: bytes[at] &+= input[index + 4]
      default: if bytes.count > at + 300 { bytes.removeLast(Int(input[index + 4])) }
      }
    }
    sign(&bytes)
    let file = ExactBytes(bytes)
    guard
      let compiled = CompiledTokenizerFile.read(UnsafeRawBufferPointer(file.bytes), source: source)
    else { return }
    do {
      let location = SourceLocation(file: "fuzzed")
      let definition = try TokenizerFile(content, compiled: compiled, at: location).definition(
        pattern: nil, specialTokens: [])
      let tokenizer = try BPETokenizer(definition, content: content, digest: source, at: location)
      let text = ExactBytes("a <s>ab hello\n\u{2581}ಕ್ಷ 12  <|end|> é\u{301}".utf8)
      _ = tokenizer.decode(tokenizer.encode(text.bytes, specials: .allow).ids)
    } catch is AksharaError {} catch { fatalError("an error without a remedy: \(error)") }
  }

  /// Puts in the digest that fits.
  private func sign(_ bytes: inout [UInt8]) {
    let (covered, size) = (CompiledTokenizerFile.coveredHeader, CompiledTokenizerFile.headerSize)
    guard bytes.count >= size else { return }
    bytes.replaceSubrange(
      covered..<size, with: Digest(of: bytes[..<covered] + bytes[size...]).bytes)
  }
}
