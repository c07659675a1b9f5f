extension LabeledSample {
  /// The sample cut at its end to at most `limit` tokens.
  ///
  ///     tokens   B u u u │ a a a E       limit 6:   B u u u a a      the end token is off
  ///     tokens   B u a E u u │ a a E     limit 6:   B u a E          context without answer goes
  ///
  /// The cut goes back to the end of a character, since a token may hold a part of one, and then to
  /// the last token that is trained on. The result is `nil` if nothing trained on is left.
  ///
  /// - Parameter ends: the offset in the text behind each token.
  func cutOnTheRight(to limit: Int, ends: [Int32]) -> LabeledSample? {
    let utf8 = Array(text.utf8)
    var count = min(limit, inputIDs.count)
    while count > 0 {
      let end = Int(ends[count - 1])
      let endsCharacter = end == utf8.count || utf8[end] & 0xC0 != 0x80
      if endsCharacter && labels[count - 1] != ignoreIndex { break }
      count -= 1
    }
    guard count > 0 else { return nil }
    return prefix(tokens: count, bytes: Int(ends[count - 1]), of: utf8)
  }

  private func prefix(tokens count: Int, bytes end: Int, of utf8: [UInt8]) -> LabeledSample {
    var result = self
    result.inputIDs.removeLast(inputIDs.count - count)
    result.labels.removeLast(labels.count - count)
    result.text = String(decoding: utf8[..<end], as: UTF8.self)
    // A span may have bytes but no token, where a token of the span before it reaches into it.
    result.spans = spans.filter { $0.tokens.lowerBound < count || $0.bytes.lowerBound < end }
    for index in result.spans.indices {
      let span = result.spans[index]
      result.spans[index].tokens = span.tokens.clamped(to: 0..<count)
      result.spans[index].bytes = span.bytes.clamped(to: 0..<end)
    }
    return result
  }
}
