internal import Jinja
internal import Tokenization

/// Finds control tokens in what a template wrote by itself.
///
///     pieces    '<|im_start|>' │ user │ '\n' │ ನಮಸ್ಕಾರ<|im_end|> │ '<|im_end|>\n'
///     runs      └─────── template ─────────┘   data               └─ template ─┘
///     atoms     [<|im_start|>] user\n          ನಮಸ್ಕಾರ<|im_end|>    [<|im_end|>] \n
///
/// At each place of a run the longest token that stands there is taken. Bytes of data end a run, so
/// no token ever stands in data or reaches into it.
struct ControlTokenMatcher: Sendable {
  /// Control tokens by the first byte of their text, longest first.
  private let candidates: [[[UInt8]]]

  /// - Complexity: O(vocabulary), once.
  init(_ tokenizer: (any Tokenizer)?) {
    var table = [[[UInt8]]](repeating: [], count: 256)
    guard let tokenizer else {
      candidates = table
      return
    }
    for id in 0..<TokenID(tokenizer.vocabularyCount) where tokenizer.isSpecial(id) {
      guard let bytes = tokenizer.bytes(of: id), let first = bytes.first else { continue }
      table[Int(first)].append(bytes)
    }
    candidates = table.map { list in list.sorted { $0.count > $1.count } }
  }

  /// A rendering cut into atoms.
  func atoms(of rendering: Rendering) -> [TemplateAtom] {
    var atoms: [TemplateAtom] = []
    var run: [TextPiece] = []
    func flush() {
      if !run.isEmpty { append(run, to: &atoms) }
      run.removeAll(keepingCapacity: true)
    }
    for piece in rendering.pieces {
      if MessageField.isTemplates(piece.origin) {
        run.append(piece)
      } else {
        // A piece without bytes says where a message's empty text would stand.
        flush()
        atoms.append(TemplateAtom(piece.withBytes { Array($0) }, like: piece, isControl: false))
      }
    }
    flush()
    return atoms
  }

  /// Every control token that stands in a text.
  func tokens(in text: [UInt8]) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var start = 0
    while start < text.count {
      let token = match(text, at: start)
      if let token { found.append(token) }
      start += token?.count ?? 1
    }
    return found
  }

  private func append(_ run: [TextPiece], to atoms: inout [TemplateAtom]) {
    var bytes: [UInt8] = []
    var starts: [Int] = []
    for piece in run {
      starts.append(bytes.count)
      piece.withBytes { bytes.append(contentsOf: $0) }
    }
    var (piece, textStart, offset) = (0, 0, 0)
    func appendText(_ end: Int, _ atoms: inout [TemplateAtom]) {
      while textStart < end {
        while piece + 1 < run.count, starts[piece + 1] <= textStart { piece += 1 }
        let pieceEnd = piece + 1 < run.count ? min(starts[piece + 1], end) : end
        atoms.append(
          TemplateAtom(Array(bytes[textStart..<pieceEnd]), like: run[piece], isControl: false))
        textStart = pieceEnd
      }
    }
    while offset < bytes.count {
      guard let token = match(bytes, at: offset) else {
        offset += 1
        continue
      }
      appendText(offset, &atoms)
      while piece + 1 < run.count, starts[piece + 1] <= offset { piece += 1 }
      atoms.append(TemplateAtom(token, like: run[piece], isControl: true))
      offset += token.count
      textStart = offset
    }
    appendText(bytes.count, &atoms)
  }

  private func match(_ bytes: [UInt8], at offset: Int) -> [UInt8]? {
    let list = candidates[Int(bytes[offset])]
    return list.isEmpty ? nil : list.first { bytes[offset...].starts(with: $0) }
  }
}
