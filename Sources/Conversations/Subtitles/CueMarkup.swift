/// Takes the markup out of a cue's text.
///
/// ```
/// <v.loud ರವಿ>Yaaru &amp; <i>yaake</i>?   →  Yaaru & yaake?, said by ರವಿ
/// {\an8}<font color="#fff">Hi</font>      →  Hi
/// ```
///
/// Source: WebVTT, §3.4 "WebVTT cue text"; SubRip's customary tags, and SSA's overrides in braces.
enum CueMarkup {
  /// The lines of a cue's text.
  static func lines(of text: [String]) -> [SubtitleCue.Line] {
    var speaker: String?
    var named: String?
    var lines: [SubtitleCue.Line] = []
    for line in text {
      for (voice, plain) in voices(in: line, going: speaker) {
        speaker = voice
        lines += pieces(of: plain, voice, going: named)
        named = voice == nil ? lines.last?.speaker : nil
      }
    }
    return lines
  }

  /// A line cut wherever the voice changes.
  private static func voices(
    in line: String, going: String?
  ) -> [(voice: String?, text: String)] {
    var parts: [(voice: String?, text: String)] = [(going, "")]
    var rest = line[...]
    while let open = rest.firstIndex(where: { $0 == "<" || $0 == "{" }) {
      parts[parts.count - 1].text += rest[..<open]
      let isBrace = rest[open] == "{"
      let inside = rest[rest.index(after: open)...]
      guard let close = inside.firstIndex(of: isBrace ? "}" : ">"),
        isBrace ? inside.hasPrefix("\\") : isTag(inside[..<close])
      else {
        parts[parts.count - 1].text.append(rest[open])
        rest = inside
        continue
      }
      if !isBrace, let voice = voice(inside[..<close]) { parts.append((voice, "")) }
      if !isBrace, inside[..<close] == "/v" { parts.append((nil, "")) }
      rest = inside[inside.index(after: close)...]
    }
    parts[parts.count - 1].text += rest
    return parts.enumerated().filter { $0.offset == parts.count - 1 || !$0.element.text.isBlank }
      .map(\.element)
  }

  private static let tags: Set<String> = [
    "v", "c", "i", "b", "u", "s", "ruby", "rt", "lang", "font",
  ]

  /// Whether what stands in angle brackets is a tag, or a time inside of a cue.
  private static func isTag(_ inside: Substring) -> Bool {
    if inside.first?.isNumber == true {
      return inside.allSatisfy { $0.isNumber || $0 == ":" || $0 == "." }
    }
    let name = inside.drop { $0 == "/" }.prefix { $0.isLetter }
    return tags.contains(name.lowercased())
  }

  /// The name in `v.class NAME`.
  private static func voice(_ inside: Substring) -> String? {
    guard inside.hasPrefix("v"), let space = inside.firstIndex(where: \.isWhitespace),
      inside[..<space] == "v" || inside[..<space].hasPrefix("v.")
    else { return nil }
    let name = withoutReferences(String(inside[space...])).trimmingSpaces()
    return name.isEmpty ? nil : name
  }

  /// One line without markup: a dash begins a speaker who is not named, `NAME:` one who is; without
  /// either the speaker of the cue's line above goes on.
  private static func pieces(
    of text: String, _ voice: String?, going: String?
  ) -> [SubtitleCue.Line] {
    var text = withoutReferences(text).trimmingSpaces()
    if text.isBlank { return [] }
    if let sound = sound(in: text) { return [SubtitleCue.Line(speaker: nil, text: sound)] }
    var voice = voice
    if voice == nil, let dash = text.first, "-–—‐".contains(dash) {
      text = String(text.dropFirst()).trimmingSpaces()
    } else {
      voice = voice ?? going
    }
    if let speaker = SpeakerLine(text), speaker.looksLikeName {
      return [SubtitleCue.Line(speaker: speaker.name, text: speaker.text)]
    }
    return text.isEmpty ? [] : [SubtitleCue.Line(speaker: voice, text: text)]
  }

  private static func sound(in text: String) -> String? {
    let notes: Set<Character> = ["♪", "♫", "♩", "♬"]
    if text.allSatisfy({ notes.contains($0) || $0.isWhitespace }) { return text }
    let pairs: [(Character, Character)] = [("[", "]"), ("(", ")"), ("♪", "♪")]
    for (open, close) in pairs where text.first == open && text.last == close && text.count > 2 {
      let inside = text.dropFirst().dropLast()
      if !inside.contains(close) { return String(inside).trimmingSpaces() }
    }
    return nil
  }

  private static let references: [String: String] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}",
    "lrm": "\u{200E}",
    "rlm": "\u{200F}", "zwj": "\u{200D}", "zwnj": "\u{200C}",
  ]

  /// A text with its character references (`&amp;`, `&#3221;`, `&#xC95;`) replaced; unknown ones stay.
  static func withoutReferences(_ text: String) -> String {
    guard text.contains("&") else { return text }
    var result = ""
    var rest = text[...]
    while let mark = rest.firstIndex(of: "&") {
      result += rest[..<mark]
      let inside = rest[rest.index(after: mark)...]
      let name = inside.prefix(10).prefix { $0 != ";" }
      let after = inside.dropFirst(name.count)
      if after.first == ";", let value = value(of: name) {
        result += value
        rest = after.dropFirst()
      } else {
        result.append("&")
        rest = inside
      }
    }
    return result + rest
  }

  private static func value(of name: Substring) -> String? {
    if let known = references[String(name)] { return known }
    guard name.first == "#" else { return nil }
    let digits = name.dropFirst()
    let isHexadecimal = digits.first == "x" || digits.first == "X"
    let code = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    // A zero or a control character is no text.
    guard let code, code >= 0x20, let scalar = Unicode.Scalar(code) else { return nil }
    return String(Character(scalar))
  }
}
