import Artifacts
import Orthography

/// Transliterates lines, one after another.
public struct TransliterationStream: Sendable {
  /// What is written for a line.
  public enum Layout: Sendable, Equatable {
    /// The line in the other script.
    case text
    /// Each word that has candidates with at most so many of them, apart by tabs: `word TAB best TAB
    /// next …`. Of an exact transliteration the line.
    case candidates(Int)
    /// `{"text": …, "words": [{"start", "end", "candidates": [{"text", "score"}]}]}` with at most so many
    /// candidates; `start` and `end` are bytes of the line.
    case json(Int)
  }

  private let transliterator: TextTransliterator
  private let layout: Layout

  /// A stream.
  public init(_ transliterator: TextTransliterator, as layout: Layout) {
    self.transliterator = transliterator
    self.layout = layout
  }

  /// Reads all documents and writes a line for each (with `candidates`, one for each word).
  ///
  /// Bytes that are not UTF-8 become U+FFFD. Memory is bounded by the longest document.
  ///
  /// - Throws: as the reader, and what `write` throws.
  public func transliterate(
    from reader: DocumentReader, write: ([UInt8]) throws -> Void
  ) throws {
    while let document = try reader.next() {
      for line in lines(String(decoding: document, as: UTF8.self)) {
        try write(Array(line.utf8) + [UInt8(ascii: "\n")])
      }
    }
  }

  /// What is written for a line, without line feeds.
  public func lines(_ line: String) -> [String] {
    switch layout {
    case .candidates(let limit) where !transliterator.isExact:
      let bytes = Array(line.utf8)
      return transliterator.words(line, limit: limit).map { word in
        ([String(decoding: bytes[word.range], as: UTF8.self)] + word.candidates.map(\.text))
          .joined(separator: "\t")
      }
    case .json(let limit): return [json(line, limit).compactString]
    case .text, .candidates: return [transliterator.text(line)]
    }
  }

  private func json(_ line: String, _ limit: Int) -> JSONValue {
    let words = transliterator.words(line, limit: limit).map { word in
      JSONValue.object([
        "start": JSONValue(word.range.lowerBound), "end": JSONValue(word.range.upperBound),
        "candidates": .array(
          word.candidates.map { ["text": .string($0.text), "score": .number($0.score)] }),
      ])
    }
    return ["text": .string(transliterator.text(line)), "words": .array(words)]
  }
}
