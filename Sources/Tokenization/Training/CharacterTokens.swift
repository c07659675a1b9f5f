import Artifacts

/// The tokens `<0x00>` … `<0xFF>`, and behind them the frequent characters by code point, as
/// `tokenizers`' `BpeTrainer` numbers them.
///
/// A word is spelled with `▁` before it. Characters that are too rare for a token cut it: nothing is
/// merged across them, since the tokenizer puts the tokens of their bytes there.
///
/// ```
/// text     ಮನೆ ☃a            words   ▁ಮನೆ  ▁ │ a        (☃ is rare)
/// ```
struct CharacterTokens: FirstTokens {
  let vocabulary: Vocabulary
  let forbidden: [[UInt8]]
  let addedCharacters = 1
  private let specialTokens: [AddedToken]
  private let byteTokens: [TokenID]
  private let spaceToken: TokenID
  /// The token of each character.
  private let tokens: [UInt32: TokenID]

  /// - Throws: `invalidOption` if the vocabulary is too small for them.
  init(_ options: BPETrainerOptions, _ words: borrowing WordCounts) throws {
    let special = options.addedTokens
    let alphabet = Self.alphabet(of: words, coverage: options.characterCoverage)
    let least = special.count + 256 + alphabet.count
    guard options.vocabularySize >= least else {
      throw AksharaError(
        .invalidOption,
        "`vocab_size` is \(options.vocabularySize), and there are \(alphabet.count) characters",
        remedy:
          "give at least \(least), for the 256 bytes, the characters and the special tokens, or "
          + "lower `character_coverage`")
    }
    var vocabulary = Vocabulary(capacity: options.vocabularySize)
    var id = TokenID(special.count)
    byteTokens = (0..<256).map { id + $0 }
    for byte in UInt8.min...UInt8.max {
      try vocabulary.add(Array(CharacterRules.spelling(ofByte: byte).utf8), id: id)
      id += 1
    }
    var tokens: [UInt32: TokenID] = [:]
    for character in alphabet {
      try vocabulary.add(Array(String(Character(character)).utf8), id: id)
      tokens[character.value] = id
      id += 1
    }
    self.vocabulary = vocabulary
    self.tokens = tokens
    spaceToken = vocabulary.id(of: SpaceMark.bytes) ?? 0
    specialTokens = special
    forbidden = options.specialTokens.map { Array($0.utf8) }
  }

  /// The most frequent characters, by code point: as few as make up `coverage` of all, and `▁`.
  ///
  /// Source: SentencePiece 0.2, `trainer_interface.cc` (`character_coverage`).
  private static func alphabet(
    of words: borrowing WordCounts, coverage: Double
  ) -> [Unicode.Scalar] {
    var counts: [UInt32: Int] = [:]
    words.forEach { word, count in
      forEachCharacter(of: word) { character, _ in
        if let character { counts[character, default: 0] += count }
      }
    }
    let total = Double(counts.values.reduce(0, +))
    var covered = 0
    var kept: Set<UInt32> = [SpaceMark.character.value]
    for (character, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      if Double(covered) / total >= coverage { break }
      kept.insert(character)
      covered += count
    }
    return kept.sorted().compactMap(Unicode.Scalar.init)
  }

  /// Calls `body` with the characters of a word and their ranges; `nil` for a byte that is no UTF-8.
  private static func forEachCharacter(
    of word: UnsafeRawBufferPointer, _ body: (UInt32?, Range<Int>) -> Void
  ) {
    let bytes = word.bindMemory(to: UInt8.self)
    var position = 0
    while position < bytes.count {
      let character = UTF8Character(bytes, at: position)
      let isBroken = character.length == 1 && bytes[position] >= 0x80
      let end = position + character.length
      body(isBroken ? nil : character.codePoint, position..<end)
      position = end
    }
  }

  func spell(_ words: borrowing WordCounts) -> CountedWords {
    var (spelled, ends, counts, origins): ([TokenID], [Int], [Int], [Int32]) = ([], [], [], [])
    var word: Int32 = 0
    words.forEach { bytes, count in
      func endPart() {
        guard spelled.count > (ends.last ?? 0) else { return }
        ends.append(spelled.count)
        counts.append(count)
        origins.append(word)
      }
      spelled.append(spaceToken)
      Self.forEachCharacter(of: bytes) { character, _ in
        if let token = character.flatMap({ tokens[$0] }) {
          spelled.append(token)
        } else {
          endPart()
        }
      }
      endPart()
      word += 1
    }
    return CountedWords(tokens: spelled, ends: ends, counts: counts, origins: origins)
  }

  /// In the layout of Llama 2's `tokenizer.json`.
  func definition(of learned: LearnedMerges) -> BPEDefinition {
    let rules = CharacterRules(
      unknownToken: special(BPETrainerOptions.unknownToken), fusesUnknown: true,
      byteTokens: byteTokens)
    let begin = BPETrainerOptions.beginToken
    return BPEDefinition(
      normalizer: .sequence([
        .prepend(SpaceMark.text), .replace(.literal(" "), with: SpaceMark.text),
      ]),
      pretokenization: Pretokenization([], isByteLevel: false), vocabulary: learned.vocabulary,
      merges: learned.merges, prefersWholePretokens: false, characters: rules,
      addedTokens: specialTokens, decoder: .sentencePiece(strippedSpaces: 1),
      postProcessor: special(begin).map { PostProcessor(before: [(begin, $0)], after: []) })
  }

  private func special(_ text: String) -> TokenID? {
    specialTokens.first { $0.text == text }?.id
  }
}
