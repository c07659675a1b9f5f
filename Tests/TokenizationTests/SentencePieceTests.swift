import Artifacts
import Fixtures
import Testing

@testable import Tokenization

@Suite struct SentencePieceTests {
  private let folder = TemporaryFolder()

  /// A message field that holds bytes.
  private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    [number << 3 | 2, UInt8(bytes.count)] + bytes
  }

  private func piece(_ text: String, _ score: Float, _ kind: UInt8 = 1) -> [UInt8] {
    let bits = score.bitPattern
    let little = (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    return field(1, field(1, Array(text.utf8)) + [0x15] + little + [0x18, kind])
  }

  /// Pieces `<unk>` `<s>` `▁` `a` `b` `ab` `▁ab` `[X]`, a dummy prefix, no other normalization.
  private var model: [UInt8] {
    piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("▁", -5) + piece("a", -6) + piece("b", -7)
      + piece("ab", -1) + piece("▁ab", -2) + piece("[X]", 0, 4)
      + field(2, [0x18, 2]) + field(3, [0x18, 1, 0x20, 0])
  }

  private func tokenizer(_ bytes: [UInt8]) throws -> BPETokenizer {
    let path = folder.file("tokenizer.model")
    try AtomicFile.write(bytes, to: path)
    return try BPETokenizer(contentsOf: path)
  }

  private func error(_ bytes: [UInt8]) -> String {
    do {
      _ = try tokenizer(bytes)
      return "read without error"
    } catch { return "\(error)".replacing(folder.path + "/", with: "") }
  }

  @Test func mergesByScoreBehindADummyPrefix() throws {
    let tokenizer = try tokenizer(model)
    #expect(tokenizer.encode("ab ab") == Encoding(ids: [6, 6], ends: [2, 5]))
    #expect(tokenizer.encode(" b") == Encoding(ids: [2, 2, 4], ends: [0, 1, 2]))
    #expect(tokenizer.encode("") == Encoding())
    #expect(String(decoding: tokenizer.decode([6, 6]), as: UTF8.self) == "ab ab")
  }

  @Test func controlPiecesComeOnlyOnRequestAndUserDefinedOnesAlways() throws {
    let tokenizer = try tokenizer(model)
    #expect(!tokenizer.encode("<s>ab").ids.contains(1))
    #expect(tokenizer.encode("<s>ab", specials: .allow) == Encoding(ids: [1, 6], ends: [3, 5]))
    #expect(tokenizer.encode("a[X]") == Encoding(ids: [2, 3, 7], ends: [0, 1, 4]))
  }

  /// What sentencepiece 0.2.3 gives: only marks that begin the text lose their space.
  @Test func decodingKeepsSpacesThatAreBytesOrStandInPieces() throws {
    /// `▁` is 2, `a` 3, `▁a` 4, `▁▁` 5, a piece with a space 6, `<0x00>` 7 and so on.
    func model(removesExtraSpaces: UInt8) -> [UInt8] {
      piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("▁", -5) + piece("a", -6)
        + piece("▁a", -1) + piece("▁▁", -2) + piece(" a", -3)
        + (0...255).flatMap { piece(CharacterRules.spelling(ofByte: $0), 0, 6) }
        + field(2, [0x18, 2, 0x98, 0x02, 1]) + field(3, [0x18, 1, 0x20, removesExtraSpaces])
    }
    func decoded(_ tokenizer: BPETokenizer, _ ids: [TokenID]) -> String {
      String(decoding: tokenizer.decode(ids), as: UTF8.self)
    }
    let space: TokenID = 7 + 0x20
    let one = try tokenizer(model(removesExtraSpaces: 0))
    #expect(decoded(one, [2]) == "")
    #expect(decoded(one, [2, 2, 4]) == "  a")
    #expect(decoded(one, [5, 4]) == "  a")
    #expect(decoded(one, [6]) == " a")
    #expect(decoded(one, [space]) == " ")
    #expect(decoded(one, [space, 4]) == "  a")
    #expect(decoded(one, [2, space, 4]) == "  a")
    let all = try tokenizer(model(removesExtraSpaces: 1))
    #expect(decoded(all, [2, 2, 4, 4]) == "a a")
    #expect(decoded(all, [5, 4]) == "  a")
    #expect(decoded(all, [2, space, 4]) == "  a")
    #expect(decoded(all, [2, 5, 4]) == "  a")
    // `tokenizers` takes any space off the start.
    #expect(
      TokenDecoder.sentencePiece(strippedMarks: 1).json
        == TokenDecoder.sentencePiece(strippedSpaces: 1).json)
  }

  /// A model with pieces of spaces of equal scores, as in the vocabularies of Llama 2 and Mistral.
  private func modelOfSpaces(_ lengths: [Int]) -> [UInt8] {
    let spaces = lengths.flatMap { piece(String(repeating: "▁", count: $0), -1e9) }
    return piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("▁", -1e9) + piece("a", -6)
      + piece("▁a", -2) + spaces + field(2, [0x18, 2]) + field(3, [0x18, 1, 0x20, 0])
  }

  @Test(arguments: [[2, 3, 4], [4, 2, 3], [2, 3, 5], [2, 4, 8], [2, 3, 4, 5, 7]])
  func runsOfEqualScoresAreWrittenAsATokenizerJSONThatJoinsThemAlike(lengths: [Int]) throws {
    let own = try tokenizer(modelOfSpaces(lengths))
    let path = folder.file("tokenizer.json")
    try own.write(tokenizerJSON: path)
    let written = try BPETokenizer(contentsOf: path)
    for count in 0..<40 {
      let spaces = String(repeating: " ", count: count)
      for text in [spaces, spaces + "a", "a" + spaces + "a" + spaces, "a\(spaces)aa"] {
        #expect(own.encode(text) == written.encode(text), "\(count) spaces")
      }
    }
    #expect(own.digest == written.digest)
  }

  @Test func aModelThatNoTokenizerJSONCanSayIsWrittenAsItStands() throws {
    // `ab` and `bc` compete in `abc`.
    let bytes =
      piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("a", -6) + piece("b", -7) + piece("c", -8)
      + piece("bc", -1) + piece("ab", -1) + field(2, [0x18, 2]) + field(3, [0x18, 0, 0x20, 0])
    let own = try tokenizer(bytes)
    #expect(throws: AksharaError.self) { try own.write(tokenizerJSON: folder.file("x.json")) }
    let place = folder.file("set")
    let digest = try own.write(into: place)
    #expect(Folder.list(place) == ["tokenizer.model"])
    let read = try BPETokenizer(contentsOf: place)
    #expect(read.digest == digest.description && own.digest == read.digest)
    #expect(read.encode("abc") == own.encode("abc"))
  }

  @Test func neighbouringUnknownCharactersAreOneToken() throws {
    #expect(try tokenizer(model).encode("aಕನb").ids == [2, 3, 0, 4])
  }

  @Test func refusesOtherTypesByName() {
    #expect(
      error(piece("<unk>", 0, 2) + field(2, [0x18, 1]))
        == "tokenizer.model: `trainer_spec.model_type` is UNIGRAM; Akshara reads only BPE; choose a "
        + "model with a byte-pair vocabulary, such as those of Llama 2, Mistral or Gemma")
    #expect(
      error(model + piece("x", 0, 5)).hasPrefix(
        "tokenizer.model: the SentencePiece model has the UNUSED piece 8"))
  }

  @Test func aCutOrGarbledModelIsAnErrorOrATokenizer() throws {
    for count in 3..<model.count { check(Array(model.prefix(count))) }
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<400 {
      var bytes = model
      for _ in 0..<3 {
        bytes[Int.random(in: 3..<bytes.count, using: &generator)] = .random(
          in: 0...255, using: &generator)
      }
      check(bytes)
    }
  }

  /// Reading ends with a tokenizer or with an `AksharaError`.
  private func check(_ bytes: [UInt8]) {
    do {
      let definition = try SentencePieceFile(bytes, at: SourceLocation(file: "m"))
        .definition(at: SourceLocation(file: "m"))
      _ = try BPETokenizer(definition).encode("ab <s> ಕ")
    } catch {
      #expect(error is AksharaError, "\(error) for \(bytes)")
    }
  }
}
