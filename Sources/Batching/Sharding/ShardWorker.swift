internal import Artifacts
internal import Conversations
internal import Synchronization
internal import Tokenization

/// Turns blocks of lines into rows, with buffers that it keeps from block to block. Belongs to one
/// thread at a time.
final class ShardWorker {
  private let maker: SampleMaker
  private let limits: ShardWriter.Limits
  private let parser: JSONParser
  private var encoder: RowEncoder
  /// Makes the rows of plain conversations; `nil` where none are.
  private var plainEncoder: PlainRowEncoder?
  private var plain = PlainConversation()

  /// - Parameter renders: whether all rows are made of rendered conversations, which gives the same in
  ///   more time.
  init(_ maker: SampleMaker, limits: ShardWriter.Limits, renders: Bool = false) throws {
    self.maker = maker
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
    try block.bytes.withUnsafeBytes { bytes in
      for line in block.lines {
        let tape = parser.tape(
          ofPadded: UnsafeRawBufferPointer(rebasing: bytes[line.range]))
        if let tape, try appendPlain(tape, to: &part) { continue }
        let location = SourceLocation(file: path, line: line.number)
        let conversation = try ConversationRow.conversation(
          tape, line, of: block, at: location, by: parser)
        let outcome = try maker.make(conversation, at: location, by: &encoder)
        part.append(outcome, of: conversation, at: location)
      }
    }
    part.finish()
    return part
  }

  /// Makes the row of the conversation on a tape; `false` if it is not plain.
  private func appendPlain(_ tape: JSONTape, to part: inout ShardPart) throws -> Bool {
    guard plainEncoder != nil, plain.read(tape), try plainEncoder?.encode(plain) ?? false,
      let made = plainEncoder
    else { return false }
    part.append(made.row, of: plain, template: made.template)
    return true
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
