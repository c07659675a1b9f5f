/// A text that was decoded, with how: what an importer reads a file through.
///
/// ```swift
/// let text = DecodedText(bytes)                     // finds the encoding out
/// let text = DecodedText(bytes, as: .isciiKannada)  // knows it
/// guard text.isCertain else { … }                   // show `text.candidates` and ask
/// ```
///
/// Nothing is guessed in silence: the encoding comes with a confidence and with what speaks for it
/// and for others, and what stands for no character is listed. Bytes that are UTF-8 are taken as they
/// are, without a copy.
public struct DecodedText: Sendable {
  /// The text in UTF-8, without a byte order mark.
  public let bytes: [UInt8]
  /// The encoding that was read.
  public let encoding: TextEncoding
  /// All candidates, the surest first; one with confidence 1 where the caller named the encoding.
  public let candidates: [EncodingCandidate]
  /// What stood for no character.
  public let faults: DecodingFaults

  private static let leastConfidence = 0.8
  private static let leastLead = 0.1

  /// Decodes a whole text.
  ///
  /// - Parameter encoding: the encoding; `nil` finds it out.
  public init(_ bytes: [UInt8], as encoding: TextEncoding? = nil) {
    if let encoding {
      candidates = [
        EncodingCandidate(encoding, confidence: 1, evidence: "the encoding was given")
      ]
    } else {
      candidates = EncodingDetector().candidates(for: bytes)
    }
    let chosen = candidates.first?.encoding ?? .utf8
    self.encoding = chosen
    let mark = TextEncoding.utf8.byteOrderMark
    if chosen == .utf8, !bytes.starts(with: mark), UTF8Validity.isValid(bytes) {
      self.bytes = bytes
      faults = DecodingFaults()
      return
    }
    var decoder = TextDecoder(chosen)
    var text = decoder.append(bytes)
    text += decoder.finish()
    self.bytes = text
    faults = decoder.faults
  }

  /// The text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// How sure the encoding is, from 0 to 1.
  public var confidence: Double { candidates.first?.confidence ?? 0 }

  /// Whether the encoding can be relied on: a confidence of 0.8 or more, and no other comes near.
  public var isCertain: Bool {
    let next = candidates.dropFirst().first?.confidence ?? 0
    return confidence >= Self.leastConfidence && confidence - next >= Self.leastLead
  }

  /// What a user should know, in lower-case sentences; empty for UTF-8 without faults.
  public var warnings: [String] {
    var warnings: [String] = []
    if !isCertain {
      let list = candidates.prefix(3).map(Self.name).joined(separator: "; ")
      warnings.append("the encoding is not certain: \(list)")
    } else if encoding != .utf8, let best = candidates.first {
      warnings.append("the text was read as \(Self.name(best))")
    }
    if let first = faults.first.first {
      let hex = first.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      warnings.append(
        "\(faults.count) places stand for no character, the first at byte \(first.offset + 1) "
          + "(\(hex.joined(separator: " ")))")
    }
    return warnings
  }

  private static func name(_ candidate: EncodingCandidate) -> String {
    let percent = Int((candidate.confidence * 100).rounded())
    return "\(candidate.encoding.rawValue) (\(percent) %: \(candidate.evidence))"
  }
}
