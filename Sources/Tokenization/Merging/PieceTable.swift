internal import CTextKernels

/// The tokens of pieces that were met before: a cache in front of the merges, of one thread.
///
/// `ctext_lookup.h` draws its slots. What it holds never changes what text becomes, only how soon:
/// it holds what the merges gave. Its memory is bounded: 2^20 slots of 32 bytes and 4 MiB for what does
/// not stand in slots, long pieces and more than 18 tokens. Where a piece finds its four slots taken, one of
/// them is replaced, in turn.
final class PieceTable {
  /// The number of slots: 16 MB of English hold 168,000 different pieces, of Kannada 31,000, and the
  /// vocabulary may come on top. With fewer slots frequent pieces share them with rare ones.
  static let slotCount = 1 << 20
  /// Bytes for long pieces and many tokens.
  static let arenaSize = 4 << 20

  private static let mostTokens = CTEXT_PIECE_IDS
  /// The lookup writes whole slots: some elements behind the last token.
  private static let slack = CTEXT_IDS_SLACK
  /// The most tokens that `encode` asks a buffer for, with the ends of one window of text.
  static let mostRoom = room(for: PretokenScanner.bestRoom)

  private static func room(for pieces: Int) -> Int { pieces * mostTokens + slack }

  // Owned. `table` points to the others, and stands in memory of its own because `missing` puts
  // pieces in while the lookup runs.
  private let slots: LargeMemory
  private let arena: UnsafeMutableRawPointer
  private let table: UnsafeMutablePointer<ctext_table>
  private let lookup: ctext_lookup

  /// An empty table whose kernels use `instructions`; `slotCount` is a power of two from 4 on.
  init(
    _ instructions: TextInstructions, slotCount: Int = PieceTable.slotCount,
    arenaSize: Int = PieceTable.arenaSize
  ) {
    slots = LargeMemory(byteCount: slotCount * MemoryLayout<ctext_slot>.stride)
    arena = .allocate(byteCount: arenaSize, alignment: 64)
    table = .allocate(capacity: 1)
    table.initialize(
      to: ctext_table(
        slots: slots.elements(of: ctext_slot.self, count: slotCount).baseAddress,
        shift: UInt32(64 - slotCount.trailingZeroBitCount),
        arena: arena.assumingMemoryBound(to: UInt8.self), arena_capacity: UInt32(arenaSize),
        arena_count: 0, turn: 0, missing: nil, context: nil))
    lookup = instructions.lookup
  }

  deinit {
    arena.deallocate()
    table.deallocate()
  }

  /// Writes the tokens of a piece of at most 32 bytes to memory that has room for as many, and
  /// returns their number; its first argument is the context that came with it.
  typealias Missing =
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<TokenID>?
    ) -> Int

  /// Lets `encode` ask `missing` for short pieces that the table does not hold, rather than stop
  /// there; `missing` may put them in.
  func ask(_ missing: @escaping Missing, context: UnsafeMutableRawPointer) {
    table.pointee.missing = missing
    table.pointee.context = context
  }

  /// Appends the tokens of pieces to `buffer`, up to the first piece that is neither in the table nor
  /// known to whom it asks.
  ///
  /// - Parameters:
  ///   - start: where the first piece begins in `text`.
  ///   - ends: where the pieces end.
  /// - Returns: the number of pieces done.
  @inline(__always)
  func encode(
    _ text: UnsafeBufferPointer<UInt8>, from start: UInt32, ends: UnsafeBufferPointer<UInt32>,
    into buffer: TokenBuffer
  ) -> Int {
    buffer.reserve(Self.room(for: ends.count))
    var tokens = 0
    let pieces = lookup(
      table, text.baseAddress, text.count, start, ends.baseAddress, ends.count, buffer.next,
      &tokens)
    buffer.count += tokens
    return pieces
  }

  /// Asks for the memory that `insert` will need for a piece.
  func prefetch(_ piece: UnsafeBufferPointer<UInt8>) {
    ctext_lookup_prefetch(table, piece.baseAddress, piece.count)
  }

  /// Remembers a piece that is not in the table.
  func insert(_ piece: UnsafeBufferPointer<UInt8>, _ ids: UnsafePointer<TokenID>, count: Int) {
    ctext_lookup_insert(table, piece.baseAddress, piece.count, ids, count)
  }
}
