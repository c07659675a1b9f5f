import Artifacts
import Orthography

/// Counts what several tokenizers make of the same texts, by language and by source.
///
/// A line is a document; its language is what its script tells (`ScriptProfile.language`), `und`
/// where it has no letters. Memory does not grow with the text.
public struct TokenizerComparison: Sendable {
  /// The texts of one language from one source.
  public struct Group: Sendable, Equatable {
    /// A BCP 47 tag.
    public let language: String
    /// The file.
    public let source: String
    /// How much text.
    public internal(set) var text = TextCounts()
    /// What each tokenizer made of it, in the order of `names`.
    public internal(set) var tokens: [TokenCounts]
    /// The beginning of its first document, to look at.
    public internal(set) var example = ""
  }

  /// The tokenizers' names.
  public let names: [String]
  /// The sizes of their vocabularies.
  public let vocabularyCounts: [Int]
  /// The digests of their files.
  public let digests: [String]
  private let tokenizers: [BPETokenizer]
  private let segmenter = AksharaSegmenter()
  private var groups: [Group] = []

  /// A comparison of named tokenizers.
  ///
  /// - Throws: `invalidOption` if there are none, or two have one name.
  public init(_ tokenizers: [(name: String, tokenizer: BPETokenizer)]) throws {
    names = tokenizers.map(\.name)
    guard !names.isEmpty, Set(names.map { Array($0.utf8) }).count == names.count else {
      throw AksharaError(
        .invalidOption, "the tokenizers must be there and have different names",
        remedy: "give each as NAME=PATH")
    }
    self.tokenizers = tokenizers.map(\.tokenizer)
    vocabularyCounts = self.tokenizers.map(\.vocabularyCount)
    digests = self.tokenizers.map(\.digest)
  }

  /// Counts a text file, plain, gzip or zstd.
  ///
  /// - Throws: `missingFile`, `unreadable`, `malformed`.
  public mutating func consume(contentsOf path: String) throws {
    let reader = try DocumentReader(path, layout: .line)
    while let document = try reader.next() { consume(document, source: path) }
  }

  /// Counts a document; an empty one is passed over.
  public mutating func consume(_ document: [UInt8], source: String) {
    let bytes = document.last == 0x0D ? document.dropLast() : document[...]
    guard !bytes.isEmpty else { return }
    let text = String(decoding: bytes, as: UTF8.self)
    let index = group(language: ScriptProfile(of: text).language ?? "und", source: source)
    let ranges = segmenter.ranges(in: Array(bytes))
    groups[index].text += Self.counts(of: text, bytes: bytes, aksharas: ranges)
    let ends = Set(ranges.map(\.upperBound))
    for (number, tokenizer) in tokenizers.enumerated() {
      let encoding = tokenizer.encode(Array(bytes))
      groups[index].tokens[number] += Self.counts(of: encoding, bytes: bytes, aksharaEnds: ends)
    }
    if groups[index].example.isEmpty { groups[index].example = String(text.prefix(120)) }
  }

  private mutating func group(language: String, source: String) -> Int {
    if let index = groups.firstIndex(where: { $0.language == language && $0.source == source }) {
      return index
    }
    groups.append(
      Group(language: language, source: source, tokens: names.map { _ in TokenCounts() }))
    return groups.count - 1
  }

  private static func counts(
    of text: String, bytes: ArraySlice<UInt8>, aksharas: [Range<Int>]
  ) -> TextCounts {
    var counts = TextCounts()
    counts.documents = 1
    counts.bytes = bytes.count
    let classes = CharacterClassTable.shared
    var wasSpace = true
    for scalar in text.unicodeScalars {
      let isSpace = CharacterClass.whitespace.contains(classes[scalar.value])
      if wasSpace, !isSpace { counts.words += 1 }
      wasSpace = isSpace
    }
    let written: CharacterClass = [.letter, .mark, .number]
    for range in aksharas {
      let piece = bytes[
        (bytes.startIndex + range.lowerBound)..<(bytes.startIndex + range.upperBound)]
      if let first = String(decoding: piece, as: UTF8.self).unicodeScalars.first,
        written.contains(classes[first.value])
      {
        counts.aksharas += 1
      }
    }
    return counts
  }

  private static func counts(
    of encoding: Encoding, bytes: ArraySlice<UInt8>, aksharaEnds: Set<Int>
  ) -> TokenCounts {
    var counts = TokenCounts()
    counts.tokens = encoding.ids.count
    for end in encoding.ends.dropLast().map(Int.init) {
      counts.borders += 1
      if bytes[bytes.startIndex + end] & 0xC0 == 0x80 { counts.bordersInCharacters += 1 }
      if !aksharaEnds.contains(end) { counts.bordersInAksharas += 1 }
    }
    return counts
  }

  // MARK: Results

  /// The groups by language and source, in the order of these two.
  public var bySource: [Group] {
    groups.sorted { ($0.language, $0.source) < ($1.language, $1.source) }
  }

  /// The groups of each language in one.
  public var byLanguage: [Group] {
    var sums: [Group] = []
    for group in bySource {
      if sums.last?.language != group.language {
        sums.append(
          Group(language: group.language, source: "all", tokens: names.map { _ in TokenCounts() }))
      }
      let last = sums.count - 1
      sums[last].text += group.text
      for index in names.indices { sums[last].tokens[index] += group.tokens[index] }
      if sums[last].example.isEmpty { sums[last].example = group.example }
    }
    return sums
  }

  /// The texts of the tokens of a group's example, as one tokenizer cuts it; a token that is only a
  /// part of a character is shown by its bytes, such as `‹E0 B2›`.
  public func exampleTokens(of group: Group, tokenizer index: Int) -> [String] {
    let bytes = Array(group.example.utf8)
    let encoding = tokenizers[index].encode(bytes)
    return encoding.ids.indices.map { number in
      let piece = bytes[encoding.range(of: number)]
      return String(validating: piece, as: UTF8.self)
        ?? "‹" + piece.map { String($0, radix: 16, uppercase: true) }.joined(separator: " ") + "›"
    }
  }

  /// The counts and rates, as `schemas/tokenizer-report.schema.json` describes them.
  ///
  /// - Parameter context: the tokens of the context window that `words_in_context` is about.
  public func json(context: Int) -> JSONValue {
    [
      "context": JSONValue(context),
      "tokenizers": .array(
        names.indices.map {
          [
            "name": .string(names[$0]), "vocabulary": JSONValue(vocabularyCounts[$0]),
            "digest": .string(digests[$0]),
          ]
        }),
      "languages": .array(byLanguage.map { json(of: $0, context: context) }),
      "sources": .array(bySource.map { json(of: $0, context: context) }),
    ]
  }

  private func json(of group: Group, context: Int) -> JSONValue {
    [
      "language": .string(group.language), "source": .string(group.source),
      "documents": JSONValue(group.text.documents), "bytes": JSONValue(group.text.bytes),
      "words": JSONValue(group.text.words), "aksharas": JSONValue(group.text.aksharas),
      "tokenizers": .array(
        names.indices.map { index in
          let rates = TokenRates(group, index)
          return [
            "name": .string(names[index]), "tokens": JSONValue(group.tokens[index].tokens),
            "tokens_per_word": .number(rates.tokensPerWord),
            "tokens_per_akshara": .number(rates.tokensPerAkshara),
            "bytes_per_token": .number(rates.bytesPerToken),
            "borders_in_characters": .number(rates.bordersInCharacters),
            "borders_in_aksharas": .number(rates.bordersInAksharas),
            "words_in_context": JSONValue(rates.words(in: context)),
            "cost": .number(rates.cost),
          ]
        }),
    ]
  }
}

/// What follows from the counts of one tokenizer on one group, rounded to four places.
public struct TokenRates: Sendable, Equatable {
  /// Tokens a word.
  public let tokensPerWord: Double
  /// Tokens an akshara.
  public let tokensPerAkshara: Double
  /// Bytes of text a token.
  public let bytesPerToken: Double
  /// The share of token borders inside a character.
  public let bordersInCharacters: Double
  /// The share of token borders inside an akshara.
  public let bordersInAksharas: Double
  /// Tokens as a multiple of what the first tokenizer takes for the same text: what training and
  /// answers cost, where each token costs the same.
  public let cost: Double

  /// The rates of tokenizer `index` on a group.
  public init(_ group: TokenizerComparison.Group, _ index: Int) {
    let counts = group.tokens[index]
    tokensPerWord = Self.ratio(counts.tokens, group.text.words)
    tokensPerAkshara = Self.ratio(counts.tokens, group.text.aksharas)
    bytesPerToken = Self.ratio(group.text.bytes, counts.tokens)
    bordersInCharacters = Self.ratio(counts.bordersInCharacters, counts.borders)
    bordersInAksharas = Self.ratio(counts.bordersInAksharas, counts.borders)
    cost = Self.ratio(counts.tokens, group.tokens[0].tokens)
  }

  /// The words that fit into a context window.
  public func words(in context: Int) -> Int {
    tokensPerWord > 0 ? Int(Double(context) / tokensPerWord) : 0
  }

  private static func ratio(_ a: Int, _ b: Int) -> Double {
    b == 0 ? 0 : (Double(a) / Double(b) * 10_000).rounded() / 10_000
  }
}
