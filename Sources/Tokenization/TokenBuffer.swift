/// The tokens of one text after another, in memory that is used again.
///
/// For whoever encodes many texts: a tokenizer appends to it (`Tokenizer.encode(_:into:)`), and
/// after `removeAll()` its memory serves the next text. Not safe to share between threads.
///
/// ```
/// ids    [9906, 1917 | 15339]        two texts: "Hello world", "hello"
/// ends   [5, 11      | 5]            offsets in the text that was encoded, where asked for
/// ```
public final class TokenBuffer {
  // Every row goes through these four: no run-time check of exclusive access.

  /// The number of tokens.
  @exclusivity(unchecked) public internal(set) var count = 0
  /// Whether `ends` are kept, too.
  public let keepsEnds: Bool

  /// How many tokens there is room for.
  @exclusivity(unchecked) private(set) var capacity: Int
  // Owned, with room for `capacity` elements; the first `count` hold tokens. `ids` and `ends` lie there.
  private var memory: (ids: TokenMemory<TokenID>, ends: TokenMemory<Int32>?)
  @exclusivity(unchecked) private var ids: UnsafeMutablePointer<TokenID>
  @exclusivity(unchecked) private var ends: UnsafeMutablePointer<Int32>?

  /// An empty buffer.
  ///
  /// - Parameters:
  ///   - keepsEnds: whether the end of each token in its text is kept, as in `Encoding.ends`.
  ///   - capacity: room for so many tokens before the buffer grows.
  public init(keepsEnds: Bool = false, capacity: Int = 256) {
    self.keepsEnds = keepsEnds
    self.capacity = max(capacity, 16)
    memory = Self.memory(self.capacity, keepsEnds)
    (ids, ends) = (memory.ids.elements, memory.ends?.elements)
  }

  private static func memory(
    _ capacity: Int, _ keepsEnds: Bool
  ) -> (ids: TokenMemory<TokenID>, ends: TokenMemory<Int32>?) {
    (TokenMemory(capacity: capacity), keepsEnds ? TokenMemory(capacity: capacity) : nil)
  }

  /// Forgets the tokens, but keeps the memory.
  public func removeAll() { count = 0 }

  /// The IDs, for as long as `body` runs.
  public func withIDs<R>(_ body: (UnsafeBufferPointer<TokenID>) throws -> R) rethrows -> R {
    try body(UnsafeBufferPointer(start: ids, count: count))
  }

  /// The ends, for as long as `body` runs; none if they are not kept.
  public func withEnds<R>(_ body: (UnsafeBufferPointer<Int32>) throws -> R) rethrows -> R {
    try body(UnsafeBufferPointer(start: ends, count: keepsEnds ? count : 0))
  }

  /// The tokens as arrays; `ends` is empty if they are not kept.
  public var encoding: Encoding {
    Encoding(ids: withIDs { Array($0) }, ends: withEnds { Array($0) })
  }

  /// Appends a token that covers the text up to `end`.
  @inline(__always)
  func append(_ id: TokenID, end: Int) {
    reserve(1)
    ids[count] = id
    if let ends { ends[count] = Int32(truncatingIfNeeded: end) }
    count += 1
  }

  /// Appends tokens that are known; their ends, where they are kept, are 0.
  package func append(_ tokens: [TokenID]) { tokens.withUnsafeBufferPointer { append($0) } }

  /// Appends tokens that are known; their ends, where they are kept, are 0.
  package func append(_ tokens: UnsafeBufferPointer<TokenID>) {
    guard let first = tokens.baseAddress else { return }
    reserve(tokens.count)
    next.update(from: first, count: tokens.count)
    if let ends { (ends + count).update(repeating: 0, count: tokens.count) }
    count += tokens.count
  }

  /// Makes room for `more` tokens, and gives the place for them.
  @inline(__always)
  func reserve(_ more: Int) {
    if count + more > capacity { grow(to: count + more) }
  }

  /// Where the next token's ID goes; after `reserve(n)`, n of them have room.
  var next: UnsafeMutablePointer<TokenID> { ids + count }

  /// Gives the tokens from `first` on their ends: each covers `lengths[id]` bytes, the first begins
  /// at `start`.
  func fillEnds(from first: Int, start: Int, lengths: UnsafePointer<UInt32>) {
    guard let ends else { return }
    var end = UInt32(truncatingIfNeeded: start)
    for index in first..<count {
      end &+= lengths[Int(ids[index])]
      ends[index] = Int32(bitPattern: end)
    }
  }

  /// Finds how many tokens there are when each of `marks` is reached; the tokens from `first` on cover
  /// `lengths[id]` bytes each.
  ///
  /// - Parameter marks: offsets that rise, counted from where the token at `first` begins.
  func findPlaces(
    of marks: [Int32], from first: Int, lengths: UnsafePointer<UInt32>, into places: inout [Int32]
  ) {
    let (ids, count) = (ids, count)
    var index = first
    var end: UInt32 = 0
    for mark in marks {
      while end < UInt32(bitPattern: mark), index < count {
        end &+= lengths[Int(ids[index])]
        index += 1
      }
      places.append(Int32(truncatingIfNeeded: index))
    }
  }

  /// Moves the ends of the tokens from `first` on, offsets in a text, to where the bytes before
  /// them end in the input.
  func moveEnds(from first: Int, to inputEnds: [Int32]) {
    guard let ends else { return }
    for index in first..<count { ends[index] = inputEnds[Int(ends[index]) - 1] }
  }

  /// Lets the tokens from `first` on cover a text of `length` bytes without gaps: no end falls, and
  /// the last token ends where the text does.
  func coverText(from first: Int, length: Int, mayFall: Bool) {
    guard let ends, first < count else { return }
    if mayFall {
      for index in first + 1..<max(count, first + 1) {
        ends[index] = max(ends[index], ends[index - 1])
      }
    }
    ends[count - 1] = Int32(length)
  }

  private func grow(to least: Int) {
    let larger = max(least, capacity * 2)
    let moved = Self.memory(larger, keepsEnds)
    moved.ids.elements.update(from: ids, count: count)
    if let ends { moved.ends?.elements.update(from: ends, count: count) }
    memory = moved
    (ids, ends) = (moved.ids.elements, moved.ends?.elements)
    capacity = larger
  }
}

/// Room for elements of a trivial type; where there are many, in huge pages: new memory is otherwise had
/// in pieces of 4 KiB, each of which takes longer than to encode its tokens.
private final class TokenMemory<Element: BitwiseCopyable> {
  // Owned.
  let elements: UnsafeMutablePointer<Element>
  private let large: LargeMemory?

  /// What is smaller comes from the allocator: of a huge page the whole is made zero, used or not.
  private static var leastLarge: Int { 4 << 20 }

  init(capacity: Int) {
    let size = capacity * MemoryLayout<Element>.stride
    large = size >= Self.leastLarge ? LargeMemory(byteCount: size) : nil
    elements =
      large?.elements(of: Element.self, count: capacity).baseAddress
      ?? .allocate(capacity: capacity)
  }

  deinit {
    if large == nil { elements.deallocate() }
  }
}
