/// The tokens that text can become: byte strings with their IDs, in both directions.
///
/// IDs may have holes. Special tokens are not here, so that no text can reach them.
struct Vocabulary: Sendable {
  private var strings: ByteStringTable
  /// The ID of string `i` of the table.
  private var ids: [TokenID] = []
  /// The string of each ID; −1 for an ID that is not used.
  private var indices: [Int32] = []

  /// The largest ID that a vocabulary may have: four million tokens are far above any in use, and
  /// a file cannot ask for more memory than that.
  static let largestID = 1 << 22

  /// An empty vocabulary with room for `capacity` tokens.
  init(capacity: Int = 0) { strings = ByteStringTable(capacity: capacity) }

  /// The tokens `ids` in their order, whose bytes follow one another in `bytes`; `nil` if they are no
  /// vocabulary or do not fill `bytes`.
  init?(ids: [TokenID], lengths: [UInt32], bytes: UnsafeRawBufferPointer) {
    guard ids.count == lengths.count, let strings = ByteStringTable(lengths: lengths, bytes: bytes)
    else { return nil }
    self.strings = strings
    self.ids = ids
    guard let largest = ids.max() else { return }
    guard largest <= Self.largestID else { return nil }
    indices = [Int32](repeating: -1, count: Int(largest) + 1)
    for (index, id) in ids.enumerated() {
      guard id >= 0, indices[Int(id)] < 0 else { return nil }
      indices[Int(id)] = Int32(index)
    }
  }

  /// How many tokens ahead memory is asked for while a table is filled with them.
  private static let lookahead = 12

  /// The number of tokens.
  var count: Int { ids.count }

  /// The bytes of all tokens together.
  var byteCount: Int { strings.byteCount }

  /// One more than the largest ID.
  var endID: Int { indices.count }

  /// Why a token could not be added.
  enum Refusal: Error { case repeatedBytes, repeatedID, idOutOfRange }

  /// Adds a token.
  ///
  /// - Throws: `Refusal`.
  mutating func add(_ bytes: [UInt8], id: TokenID) throws {
    try bytes.withUnsafeBufferPointer { try add($0, id: id) }
  }

  /// Adds a token.
  ///
  /// - Throws: `Refusal`.
  mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, id: TokenID) throws {
    guard id >= 0, id <= Self.largestID else { throw Refusal.idOutOfRange }
    guard Int(id) >= indices.count || indices[Int(id)] < 0 else { throw Refusal.repeatedID }
    let (index, isNew) = strings.insert(bytes)
    guard isNew else { throw Refusal.repeatedBytes }
    ids.append(id)
    while indices.count <= Int(id) { indices.append(-1) }
    indices[Int(id)] = Int32(index)
  }

  /// The ID of a token's bytes.
  func id(of bytes: UnsafeBufferPointer<UInt8>) -> TokenID? {
    strings.index(of: bytes).map { ids[$0] }
  }

  /// The ID of a token's bytes.
  func id(of bytes: some Collection<UInt8>) -> TokenID? {
    Array(bytes).withUnsafeBufferPointer { id(of: $0) }
  }

  /// The bytes of a token.
  func bytes(of id: TokenID) -> ArraySlice<UInt8>? {
    guard id >= 0, Int(id) < indices.count, indices[Int(id)] >= 0 else { return nil }
    return strings[Int(indices[Int(id)])]
  }

  /// Calls `body` with each token, in the order in which they were added.
  func forEach(_ body: (TokenID, UnsafeBufferPointer<UInt8>) -> Void) {
    strings.withStrings { strings in
      for (index, id) in ids.enumerated() { body(id, strings[index]) }
    }
  }

  /// Calls `body` with the `count` tokens of the lowest IDs, the lowest first, and some tokens before
  /// that `announce` with its bytes, so that memory for them can be asked for.
  func forEachRising(
    _ count: Int, announce: (UnsafeBufferPointer<UInt8>) -> Void,
    _ body: (TokenID, UnsafeBufferPointer<UInt8>) -> Void
  ) {
    let rising = Array(sortedIDs.prefix(count))
    strings.withStrings { strings in
      for (place, id) in rising.enumerated() {
        if place + Self.lookahead < rising.count {
          announce(strings[Int(indices[Int(rising[place + Self.lookahead])])])
        }
        body(id, strings[Int(indices[Int(id)])])
      }
    }
  }

  /// All IDs, rising.
  var sortedIDs: [TokenID] {
    indices.indices.lazy.filter { indices[$0] >= 0 }.map { TokenID($0) }
  }
}
