internal import Artifacts
internal import Conversations
internal import Synchronization
internal import Tokenization

/// Turns blocks of lines into rows, with buffers that it keeps from block to block. Belongs to one
/// thread at a time.
final class ShardWorker {
  private let maker: SampleMaker
  private let limits: ShardWriter.Limits
  private let checker: RowChecker
  private let parser: JSONParser
  private var encoder: RowEncoder
  /// Makes the rows of plain conversations; `nil` where none are.
  private var plainEncoder: PlainRowEncoder?
  private var plain = PlainConversation()

  /// - Parameters:
  ///   - checker: checks the rows once they are encoded.
  ///   - renders: whether all rows are made of rendered conversations, which gives the same in more
  ///     time.
  init(
    _ maker: SampleMaker, limits: ShardWriter.Limits, checker: RowChecker, renders: Bool = false
  ) throws {
    self.maker = maker
    self.checker = checker
    plainEncoder = renders ? nil : PlainRowEncoder(maker)
    self.limits = limits
    parser = try JSONParser()
    encoder = RowEncoder(tokenizer: maker.encoder.tokenizer, border: maker.options.border)
  }

  /// The rows of a block.
  ///
  /// - Throws: `malformed` for a line that is no conversation, and as `SampleMaker.make`.
  func rows(of block: LineBlock, in path: String) throws -> ShardPart {
    var part = ShardPart(limits, size: block.bytes.count)
    // Lent for as long as the block is worked on, so that no row has to ask who else holds it.
    if var plains = plainEncoder.take() {
      defer { plainEncoder = plains }
      plains.forget()  // what an error may have left
      try appendRows(of: block, in: path, by: &plains, to: &part)
    } else {
      for number in block.lines.indices { try append(number, of: block, in: path, to: &part) }
    }
    try part.finish(checker)
    return part
  }

  /// Appends the rows of plain conversations by their encoder, the others rendered.
  private func appendRows(
    of block: LineBlock, in path: String, by plains: inout PlainRowEncoder, to part: inout ShardPart
  ) throws {
    var conversation = PlainConversation()
    swap(&conversation, &plain)
    defer { swap(&conversation, &plain) }
    try block.bytes.withUnsafeBytes { bytes in
      for (number, line) in block.lines.enumerated() {
        let text = UnsafeRawBufferPointer(rebasing: bytes[line.range])
        let isTaken =
          try parser.tape(ofPadded: text).map { conversation.read($0) } ?? false
          && plains.take(conversation, line: number)
        if !isTaken || plains.isFull { try finish(&plains, of: block, in: path, to: &part) }
        if !isTaken { try append(number, of: block, in: path, to: &part) }
      }
    }
    try finish(&plains, of: block, in: path, to: &part)
  }

  /// Appends the rows that wait in the encoder, those that are not plain after all rendered.
  private func finish(
    _ plains: inout PlainRowEncoder, of block: LineBlock, in path: String, to part: inout ShardPart
  ) throws {
    let template = plains.template
    try plains.finish { rows, range, arePlain in
      guard !arePlain else { return part.append(rows, range, template: template) }
      for row in range { try append(rows.rows[row].line, of: block, in: path, to: &part) }
    }
  }

  /// Appends the row of a line, rendered.
  private func append(
    _ number: Int, of block: LineBlock, in path: String, to part: inout ShardPart
  ) throws {
    let line = block.lines[number]
    let location = SourceLocation(file: path, line: line.number)
    let conversation = try ConversationRow.conversation(line, of: block, at: location, by: parser)
    let outcome = try maker.make(conversation, at: location, by: &encoder)
    part.append(outcome, of: conversation, at: location)
  }
}

/// Workers that are free: each is lent to one thread at a time.
final class ShardWorkers: Sendable {
  /// A worker on its way from one thread to another, never with two at once.
  private struct Loan: @unchecked Sendable {
    let worker: ShardWorker
  }

  private let free = Mutex<[Loan]>([])
  private let make: @Sendable () throws -> ShardWorker

  init(_ make: @escaping @Sendable () throws -> ShardWorker) { self.make = make }

  /// Runs `body` with a worker that no other thread has.
  func withWorker<Result>(_ body: (ShardWorker) throws -> Result) throws -> Result {
    let loan = try free.withLock { $0.popLast() } ?? Loan(worker: make())
    defer { free.withLock { $0.append(loan) } }
    return try body(loan.worker)
  }
}
