import Artifacts

/// Reads `model.vocab` and `model.merges` of a `tokenizer.json`.
struct BPEModelReader {
  let section: TokenizerJSONSection
  let addedTokens: [AddedToken]
  private(set) var vocabulary = Vocabulary()

  init(section: TokenizerJSONSection, addedTokens: [AddedToken]) {
    self.section = section
    self.addedTokens = addedTokens
  }

  /// Reads `vocab`. Special tokens that stand in it are left out: text never becomes one.
  ///
  /// - Throws: `malformed`.
  mutating func readVocabulary() throws {
    guard let pairs = section["vocab"]?.object?.pairs else {
      throw section.malformed("vocab", "is not an object")
    }
    vocabulary = Vocabulary(capacity: pairs.count)
    var listed: [[UInt8]: TokenID] = [:]
    let addedByText = Dictionary(
      addedTokens.map { (Array($0.text.utf8), $0) }, uniquingKeysWith: { first, _ in first })
    for pair in pairs {
      let id = try id(of: pair)
      if let added = addedByText[Array(pair.key.utf8)] {
        listed[Array(pair.key.utf8)] = id
        if added.isSpecial || ByteAlphabet.bytes(spelledBy: added.text) != Array(added.text.utf8) {
          continue
        }
      }
      try add(pair.key, id: id)
    }
    try checkNumbering(vocabularyCount: pairs.count, listed: listed)
  }

  private func id(of pair: JSONObject.Pair) throws -> TokenID {
    guard let value = pair.value.integer, (0...Int64(Vocabulary.largestID)).contains(value) else {
      throw section.malformed(
        "vocab",
        "gives `\(pair.key)` the ID \(pair.value.compactString); IDs are whole numbers "
          + "from 0 to \(Vocabulary.largestID)")
    }
    return TokenID(value)
  }

  private mutating func add(_ text: String, id: TokenID) throws {
    guard let bytes = ByteAlphabet.bytes(spelledBy: text), !bytes.isEmpty else {
      throw section.malformed("vocab", "has `\(text)`, which does not spell bytes")
    }
    do { try vocabulary.add(bytes, id: id) } catch Vocabulary.Refusal.repeatedID {
      throw section.malformed("vocab", "gives the ID \(id) to two tokens")
    } catch {
      throw section.malformed("vocab", "has `\(text)` twice")
    }
  }

  /// `tokenizers` numbers added tokens itself; a file that says otherwise would give other IDs
  /// there than here.
  private func checkNumbering(vocabularyCount: Int, listed: [[UInt8]: TokenID]) throws {
    var numbering = AddedTokenNumbering(vocabularyCount: vocabularyCount)
    for token in addedTokens {
      let id = numbering.id(listed: listed[Array(token.text.utf8)])
      guard id == token.id else {
        throw section.malformed(
          "vocab",
          "makes \(id) the ID of the added token `\(token.text)`, but `added_tokens` says "
            + "\(token.id)")
      }
    }
  }

  /// Reads `merges`: pairs, or strings with a space between the two, as older files have them.
  ///
  /// - Throws: `malformed`.
  func merges() throws -> [Merge] {
    guard let values = section["merges"]?.array else {
      throw section.malformed("merges", "is not an array")
    }
    guard values.count <= Self.mostMerges else {
      throw section.malformed("merges", "has more than \(Self.mostMerges) elements")
    }
    var merges: [Merge] = []
    merges.reserveCapacity(values.count)
    for (rank, value) in values.enumerated() {
      guard let (left, right) = Self.parts(of: value) else {
        throw section.malformed("merges[\(rank)]", "is not a pair of tokens")
      }
      guard let left = ByteAlphabet.bytes(spelledBy: left),
        let right = ByteAlphabet.bytes(spelledBy: right),
        let leftID = vocabulary.id(of: left), let rightID = vocabulary.id(of: right),
        let result = vocabulary.id(of: left + right)
      else {
        throw section.malformed(
          "merges[\(rank)]",
          "is \(value.compactString), but the two and what they make are not "
            + "all ordinary tokens of `vocab`")
      }
      merges.append(Merge(left: leftID, right: rightID, result: result, rank: Int32(rank)))
    }
    return merges
  }

  /// A token of n bytes has at most n − 1 merges; four a token is twice what Llama 3 has.
  private static let mostMerges = Vocabulary.largestID * 4

  private static func parts(of value: JSONValue) -> (String, String)? {
    if let pair = value.array {
      guard pair.count == 2, let left = pair[0].string, let right = pair[1].string else {
        return nil
      }
      return (left, right)
    }
    // The byte alphabet has no space, so there is exactly one.
    let parts = value.string?.split(separator: " ", omittingEmptySubsequences: false) ?? []
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
  }
}
