internal import CTextKernels

/// Cuts text into pretokens, a window of them at a time.
///
/// ```swift
/// var scanner = PretokenScanner(bytes, pretokenizer)
/// var start = 0
/// while case let count = scanner.next(ends), count > 0 {
///   for end in ends[..<count] { … ; start = Int(end & ~PretokenScanner.removed) }
/// }
/// ```
///
/// Pretokens follow one another without gaps; the first begins at 0. Text that belongs to no
/// pretoken (`SplitBehavior.removed`) is a piece whose end has the bit `removed` set; a named
/// pattern has none of these. `ReferenceScanner` is the slow twin.
public struct PretokenScanner {
  /// The bit of an end that says: the piece is no pretoken.
  public static let removed: UInt32 = 1 << 31

  /// The room for ends that lets a call do the most (4,160): with less, windows are shorter.
  public static let bestRoom = Int(CTEXT_BEST_ROOM)

  private let bytes: UnsafeBufferPointer<UInt8>
  /// What the kernel needs to know of the pattern.
  private let table: ScanTable
  private let scan: ctext_scan
  private var position = 0
  private let splitter: RuleSplitter?
  /// The ends of all pieces, where no kernel does the work.
  private var allEnds: [UInt32]?

  /// A scanner at the beginning of `bytes`.
  ///
  /// - Parameter bytes: at most 2 GiB − 1, valid while the scanner is used. A byte that is part of
  ///   no well-formed UTF-8 sequence counts as a symbol.
  public init(_ bytes: UnsafeBufferPointer<UInt8>, _ pretokenizer: Pretokenizer) {
    self.init(bytes, pretokenizer.pattern ?? .gpt2, Self.scan, pretokenizer.splitter)
  }

  /// A scanner with the kernel of one instruction set.
  init(
    _ bytes: UnsafeBufferPointer<UInt8>, _ pattern: SplitPattern, _ scan: @escaping ctext_scan,
    _ splitter: RuleSplitter? = nil
  ) {
    self.bytes = bytes
    self.splitter = splitter
    self.scan = scan
    table = ScanTable.table(for: pattern)
  }

  /// The kernel for this machine, or a lesser one that `AKSHARA_ISA` asks for.
  private static let scan = ((try? TextInstructions.chosen()) ?? .best).scan

  /// Writes the offsets behind the next pretokens to `ends`, which has room for at least one.
  ///
  /// - Returns: how many it wrote; 0 only at the end of the text.
  public mutating func next(_ ends: UnsafeMutableBufferPointer<UInt32>) -> Int {
    if let splitter { return next(ends, splitter) }
    guard position < bytes.count, let text = bytes.baseAddress, let room = ends.baseAddress else {
      return 0
    }
    let count = scan(table.pattern, text, bytes.count, position, room, ends.count)
    position = Int(ends[count - 1])
    return count
  }

  /// The same from the list of all ends, in which `position` counts.
  private mutating func next(
    _ ends: UnsafeMutableBufferPointer<UInt32>, _ splitter: RuleSplitter
  ) -> Int {
    let all = allEnds ?? splitter.ends(bytes)
    allEnds = all
    let count = min(ends.count, all.count - position)
    for index in 0..<count { ends[index] = all[position + index] }
    position += count
    return count
  }

  /// Calls `body` with the end of each piece, and whether it is a pretoken.
  public consuming func forEach(_ body: (_ end: Int, _ isPretoken: Bool) throws -> Void) rethrows {
    var scanner = self
    try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.bestRoom) { ends in
      while case let count = scanner.next(ends), count > 0 {
        for end in ends[..<count] {
          try body(Int(end & ~Self.removed), end & Self.removed == 0)
        }
      }
    }
  }
}
