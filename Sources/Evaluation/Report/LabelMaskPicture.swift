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
    /// Its ID.
    package var id: Int32
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

  /// The picture of a sample. Neighbours that share a character and a label are drawn as one, so
  /// that marks and conjuncts stand as they are written.
  package init(
    _ sample: LabeledSample, isSpecial: (Int32) -> Bool, bytes: (Int32) -> [UInt8]?
  ) {
    conversationID = sample.conversationID
    tokens = []
    var pending: [UInt8] = []
    for (index, (id, label)) in zip(sample.inputIDs, sample.labels).enumerated() {
      pending += bytes(id) ?? []
      let supervised = label != ignoreIndex
      let next = index + 1 < sample.labels.count ? sample.labels[index + 1] != ignoreIndex : nil
      let text = String(validating: pending, as: UTF8.self)
      if text == nil, next == supervised { continue }
      tokens.append(
        Token(
          text: text ?? Self.hexadecimal(pending), id: id, supervised: supervised,
          special: isSpecial(id)))
      pending = []
    }
    tokenCount = sample.inputIDs.count
    supervisedCount = sample.supervisedCount
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { "‹\(String($0, radix: 16, uppercase: true))›" }.joined()
  }

  var html: HTML {
    let spans = tokens.map { token -> HTML in
      let style = (token.supervised ? "supervised" : "context") + (token.special ? " special" : "")
      let text = token.text.replacing("\n", with: "⏎\n")
      let title = "\(token.id) · \(token.supervised ? "trained on" : "context (label −100)")"
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
