/// Finds text that looks like a control token of some chat template.
///
/// Such text is never changed and never becomes a control token; it is counted, because a data set
/// that has much of it was rendered before and is imported with the wrong format.
enum ControlTokenText {
  /// Spellings without a pattern: Llama 2, Mistral, Gemma, SentencePiece.
  private static let literals: [[UInt8]] = [
    "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<s>", "</s>", "<unk>", "<pad>", "<bos>", "<eos>",
    "<start_of_turn>", "<end_of_turn>", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]",
  ].map { Array($0.utf8) }

  /// The longest name between `<|` and `|>` that is looked for, in bytes.
  private static let longestName = 64

  /// Whether `text` holds `<|…|>`, `[INST]`, `<s>` or the like.
  static func isFound(in text: String) -> Bool {
    var text = text
    return text.withUTF8 { isFound(in: $0) }
  }

  /// Whether a text in UTF-8 holds one.
  static func isFound(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    for start in bytes.indices where bytes[start] == 0x3C || bytes[start] == 0x5B {  // "<" or "["
      if beginsWithToken(bytes[start...]) { return true }
    }
    return false
  }

  private static func beginsWithToken(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    if literals.contains(where: { bytes.starts(with: $0) }) { return true }
    guard bytes.starts(with: "<|".utf8) else { return false }
    let name = bytes.dropFirst(2).prefix(longestName + 2)
    guard let bar = name.firstIndex(of: UInt8(ascii: "|")), bar > name.startIndex else {
      return false
    }
    return name[bar...].dropFirst().first == UInt8(ascii: ">")
  }
}
