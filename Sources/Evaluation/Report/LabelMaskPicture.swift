package import Batching

/// One row as a reader of label masks wants to see it: every token in its place, coloured by what
/// the loss does with it.
///
///     <|im_start|>user⏎ಹೇಗಿದ್ದೀರಿ?<|im_end|>⏎<|im_start|>assistant⏎ಚೆನ್ನಾಗಿದ್ದೇನೆ.<|im_end|>
///     special    context          special                       supervised ………
package struct LabelMaskPicture: Sendable {
  /// A token as it is drawn.
  package struct Token: Sendable {
    /// Its text; bytes that are only part of a character are shown as hexadecimal.
    package var text: String
    /// The IDs of what is drawn as one; mostly a single one.
    package var ids: [Int32]
    /// Whether it is trained on.
    package var supervised: Bool
    /// Whether it is a control token.
    package var special: Bool
  }

  /// The conversation's ID.
  package var conversationID: String
  /// What is drawn, in order.
  package private(set) var tokens: [Token]
  /// How many tokens the row has.
  package let tokenCount: Int
  /// How many of them are trained on.
  package let supervisedCount: Int

  /// The picture of a sample. Neighbours that share a character or an akshara, and a label, are
  /// drawn as one, so that vowel signs and conjuncts stand as they are written.
  package init(
    _ sample: LabeledSample, isSpecial: (Int32) -> Bool, bytes: (Int32) -> [UInt8]?
  ) {
    conversationID = sample.conversationID
    tokens = []
    tokenCount = sample.inputIDs.count
    supervisedCount = sample.supervisedCount
    var group: (bytes: [UInt8], ids: [Int32]) = ([], [])
    for (index, (id, label)) in zip(sample.inputIDs, sample.labels).enumerated() {
      group.bytes += bytes(id) ?? []
      group.ids.append(id)
      let supervised = label != ignoreIndex
      let next = index + 1
      if next < tokenCount, !isSpecial(id), !isSpecial(sample.inputIDs[next]),
        supervised == (sample.labels[next] != ignoreIndex),
        Self.isInsideAkshara(group.bytes, before: bytes(sample.inputIDs[next]) ?? [])
      {
        continue
      }
      tokens.append(
        Token(
          text: String(validating: group.bytes, as: UTF8.self) ?? Self.hexadecimal(group.bytes),
          ids: group.ids, supervised: supervised, special: isSpecial(id)))
      group = ([], [])
    }
  }

  /// Whether a border between two tokens would tear something apart that is written as one: a
  /// character, a letter and its marks, or a conjunct behind a virama.
  private static func isInsideAkshara(_ left: [UInt8], before right: [UInt8]) -> Bool {
    guard let text = String(validating: left, as: UTF8.self) else { return true }
    // The next token may end inside a character; what matters is how it begins.
    guard let first = String(decoding: right, as: UTF8.self).unicodeScalars.first,
      let last = text.unicodeScalars.last
    else { return false }
    let isMark = [.nonspacingMark, .spacingMark, .enclosingMark]
      .contains(first.properties.generalCategory)
    let isVirama = last.properties.canonicalCombiningClass == .virama
    return isMark || isVirama || first.properties.isJoinControl
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { "‹\(String($0, radix: 16, uppercase: true))›" }.joined()
  }

  var html: HTML {
    let spans = tokens.map { token -> HTML in
      let style = (token.supervised ? "supervised" : "context") + (token.special ? " special" : "")
      let text = token.text.replacing("\n", with: "⏎\n")
      let ids = token.ids.map(String.init).joined(separator: " + ")
      let title = "\(ids) · \(token.supervised ? "trained on" : "context (label −100)")"
      return "<span class=\"token \(style)\" title=\"\(title)\">\(text)</span>"
    }
    return """
      <p>Row <code>\(conversationID)</code>: \(NumberText.count(tokenCount)) tokens, \
      \(NumberText.count(supervisedCount)) of them trained on.
      <span class="token supervised">trained on</span> <span class="token context">context, label −100</span>
      <span class="token context special">control token</span>
      (point at a token for its ID)</p>
      <div class="mask">\(HTML.joined(spans, separator: ""))</div>
      """
  }
}
