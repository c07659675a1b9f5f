import Artifacts

/// A SentencePiece `.model` file, as far as encoding depends on it.
///
/// Source: SentencePiece 0.2, `sentencepiece_model.proto`; field numbers and defaults are from there.
struct SentencePieceFile {
  /// One piece of the vocabulary; its ID is its place.
  struct Piece: Equatable {
    /// Its spelling, with `▁` for spaces.
    var text: String
    /// Pieces with higher scores are made first.
    var score: Float
    var kind: Kind
  }

  /// What a piece is.
  enum Kind: UInt64 {
    /// Text becomes it by merging.
    case normal = 1
    /// What stands for unknown text.
    case unknown = 2
    /// Text never becomes it.
    case control = 3
    /// Found in text before anything is merged.
    case userDefined = 4
    /// Merged, then taken apart again.
    case unused = 5
    /// A byte of an unknown character.
    case byte = 6
  }

  private(set) var pieces: [Piece] = []
  private(set) var normalizer = SentencePieceNormalizer()
  /// Whether unknown characters become bytes.
  private(set) var fallsBackToBytes = false
  /// The control piece that begins a text.
  private(set) var beginPiece = "<s>"
  private let location: SourceLocation
  /// `UNIGRAM`, the default of the format.
  private var modelType: UInt64 = 1

  /// Files of more pieces are not read.
  static let mostPieces = Vocabulary.largestID

  /// Whether the bytes look like a model: its first field is a piece, its second byte a length.
  static func isLikely(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > 2, bytes[0] == 0x0A else { return false }
    return bytes[2] == 0x0A && Int(bytes[1]) + 2 <= bytes.count
  }

  /// Reads a model.
  ///
  /// - Throws: `malformed`; `unsupported` for what would change the IDs and is not done here.
  init(_ bytes: [UInt8], at location: SourceLocation) throws {
    self.location = location
    var reader = WireReader(bytes[...], at: location)
    while let field = try reader.next() {
      guard let message = field.value.bytes else {
        throw broken("field \(field.number) is not a message")
      }
      switch field.number {
      case 1: try readPiece(message)
      case 2: try readTrainer(message)
      case 3: try readNormalizer(message)
      case 4: continue  // `self_test_data`: examples, which encoding does not use.
      case 5: try readDenormalizer(message)
      default: throw unsupported("`ModelProto` field \(field.number)", "Akshara does not know it")
      }
    }
    try check()
  }

  private mutating func readPiece(_ message: ArraySlice<UInt8>) throws {
    guard pieces.count < Self.mostPieces else { throw broken("there are too many pieces") }
    var piece = Piece(text: "", score: 0, kind: .normal)
    var reader = WireReader(message, at: location)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let bytes)):
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw broken("piece \(pieces.count) is not UTF-8")
        }
        piece.text = text
      case (2, .fixed32(let bits)): piece.score = Float(bitPattern: bits)
      case (3, .varint(let value)):
        guard let kind = Kind(rawValue: value) else {
          throw unsupported("the type \(value) of piece \(pieces.count)", "types are 1 to 6")
        }
        piece.kind = kind
      default: throw broken("field \(field.number) of piece \(pieces.count) is of the wrong kind")
      }
    }
    guard !piece.text.isEmpty else { throw broken("piece \(pieces.count) is empty") }
    guard !piece.score.isNaN else {
      throw broken("the score of piece \(pieces.count) is no number")
    }
    pieces.append(piece)
  }

  /// Nearly all fields say how the model was trained, which is over.
  private mutating func readTrainer(_ message: ArraySlice<UInt8>) throws {
    var reader = WireReader(message, at: location)
    while let field = try reader.next() {
      switch field.number {
      case 3: modelType = field.value.integer ?? modelType
      case 24 where field.value.bool == true:
        throw unsupported(
          "`trainer_spec.treat_whitespace_as_suffix`", "Akshara reads spaces as prefixes only")
      case 46:
        beginPiece = field.value.bytes.map { String(decoding: $0, as: UTF8.self) } ?? beginPiece
      case 35: fallsBackToBytes = field.value.bool ?? false
      default: continue
      }
    }
  }

  private mutating func readNormalizer(_ message: ArraySlice<UInt8>) throws {
    var reader = WireReader(message, at: location)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, _), (6, _): continue  // the rule's name; the table from which it was made
      case (2, .bytes(let table)):
        normalizer.table = table.isEmpty ? nil : try CharacterTable(table, at: location)
      case (3, .varint(let value)): normalizer.addsDummyPrefix = value != 0
      case (4, .varint(let value)): normalizer.removesExtraSpaces = value != 0
      case (5, .varint(let value)):
        guard value != 0 else {
          throw unsupported(
            "`normalizer_spec.escape_whitespaces` false", "Akshara reads models with \"▁\" only")
        }
      default:
        throw unsupported(
          "`normalizer_spec` field \(field.number)", "Akshara knows fields 1 to 6")
      }
    }
  }

  private func readDenormalizer(_ message: ArraySlice<UInt8>) throws {
    var reader = WireReader(message, at: location)
    while let field = try reader.next() {
      if field.number == 2, field.value.bytes?.isEmpty == false {
        throw unsupported(
          "`denormalizer_spec.precompiled_charsmap`", "Akshara decodes without a table only")
      }
    }
  }

  private func check() throws {
    guard modelType == 2 else {
      let names: [UInt64: String] = [1: "UNIGRAM", 3: "WORD", 4: "CHAR"]
      throw AksharaError(
        .unsupported, "`trainer_spec.model_type` is \(names[modelType] ?? "\(modelType)")",
        at: location,
        remedy: "Akshara reads only BPE; choose a model with a byte-pair vocabulary, such as those "
          + "of Llama 2, Mistral or Gemma")
    }
    guard pieces.count(where: { $0.kind == .unknown }) == 1 else {
      throw broken("there is not exactly one unknown piece")
    }
    if let unused = pieces.firstIndex(where: { $0.kind == .unused }) {
      throw unsupported("the UNUSED piece \(unused)", "train or choose a model without such pieces")
    }
  }

  private func broken(_ problem: String) -> AksharaError {
    AksharaError(
      .malformed, "\(problem) in the SentencePiece model", at: location,
      remedy: "get the file again")
  }

  private func unsupported(_ part: String, _ remedy: String) -> AksharaError {
    AksharaError(
      .unsupported, "the SentencePiece model has \(part)", at: location, remedy: remedy)
  }
}
