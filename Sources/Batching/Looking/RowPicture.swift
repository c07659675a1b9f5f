internal import Orthography
package import Tokenization

/// A row as people look at it: every token with the part it plays and its place in the text, and the
/// text's aksharas.
///
///     text     …assistant⏎ ನ │ ಮ │ ಸ್ │ ಕಾರ <|im_end|>
///     tokens     context      supervised       special, supervised
///     aksharas              ನ   ಮ   ಸ್ಕಾ   ರ            one is cut: ಸ್ │ ಕಾ
package struct RowPicture: Sendable {
  /// What part a token plays.
  package enum Part: String, Sendable, CaseIterable {
    /// Seen, not trained on.
    case context
    /// Trained on.
    case supervised
    /// Fills up; neither seen nor trained on.
    case padding
  }

  /// A token.
  package struct Token: Sendable {
    /// Its ID.
    package var id: TokenID
    /// The part it plays.
    package var part: Part
    /// Whether it is a control token.
    package var isSpecial: Bool
    /// What it stands for; a control token stands for its text.
    package var bytes: [UInt8]
  }

  /// The tokens in order.
  package let tokens: [Token]
  /// The offset in the text behind each token; `nil` if the tokens do not decode to the text.
  package let ends: [Int]?
  /// The byte ranges of the text's aksharas, in order and without gaps.
  package let aksharas: [Range<Int>]

  /// The picture of a sample.
  ///
  /// - Parameter padding: the numbers of the tokens that only fill up.
  package init(_ sample: LabeledSample, padding: [Int] = [], tokenizer: any Tokenizer) {
    let filling = Set(padding)
    tokens = sample.inputIDs.enumerated().map { index, id in
      let isSupervised = index < sample.labels.count && sample.labels[index] != ignoreIndex
      return Token(
        id: id, part: filling.contains(index) ? .padding : isSupervised ? .supervised : .context,
        isSpecial: tokenizer.isSpecial(id), bytes: tokenizer.bytes(of: id) ?? [])
    }
    let text = Array(sample.text.utf8)
    ends = Self.ends(of: tokens, in: text)
    aksharas = AksharaSegmenter().ranges(in: text)
  }

  /// Where tokens end, if their bytes are the text's; padding behind it takes no place. A space that
  /// the tokenizer put before a piece of text (SentencePiece's dummy prefix) takes none, either.
  private static func ends(of tokens: [Token], in text: [UInt8]) -> [Int]? {
    var ends: [Int] = []
    var end = 0
    for token in tokens {
      if token.part != .padding {
        let rest = text[end...]
        if rest.starts(with: token.bytes) {
          end += token.bytes.count
        } else if token.bytes.first == UInt8(ascii: " "), rest.starts(with: token.bytes.dropFirst())
        {
          end += token.bytes.count - 1
        } else {
          return nil
        }
      }
      ends.append(end)
    }
    return end == text.count ? ends : nil
  }

  /// Where control tokens stand in the text; `nil` where places are not known.
  package var controlRanges: [Range<Int>]? {
    ends.map { ends in
      tokens.indices.filter { tokens[$0].isSpecial && tokens[$0].part != .padding }
        .map { ($0 == 0 ? 0 : ends[$0 - 1])..<ends[$0] }
    }
  }

  /// The numbers of the tokens that end inside an akshara; empty where places are not known.
  package var cuttingTokens: [Int] {
    var akshara = 0
    return (ends ?? []).enumerated().compactMap { index, end in
      while akshara < aksharas.count, aksharas[akshara].upperBound <= end { akshara += 1 }
      return akshara < aksharas.count && aksharas[akshara].lowerBound < end ? index : nil
    }
  }

  /// How many aksharas have a border between two tokens inside them.
  package var cutAksharas: Int {
    var count = 0
    var last = -1
    var akshara = 0
    for end in ends ?? [] {
      while akshara < aksharas.count, aksharas[akshara].upperBound <= end { akshara += 1 }
      if akshara < aksharas.count, aksharas[akshara].lowerBound < end, akshara != last {
        count += 1
        last = akshara
      }
    }
    return count
  }
}
