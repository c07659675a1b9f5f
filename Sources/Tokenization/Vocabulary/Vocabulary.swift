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

  /// The number of tokens.
  var count: Int { ids.count }

  /// One more than the largest ID.
  var endID: Int { indices.count }

  /// Why a token could not be added.
  enum Refusal: Error { case repeatedBytes, repeatedID, idOutOfRange }

  /// Adds a token.
  ///
  /// - Throws: `Refusal`.
  mutating func add(_ bytes: [UInt8], id: TokenID) throws {
    guard id >= 0, id <= Self.largestID else { throw Refusal.idOutOfRange }
    guard self.bytes(of: id) == nil else { throw Refusal.repeatedID }
    let (index, isNew) = bytes.withUnsafeBufferPointer { strings.insert($0) }
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

  /// Calls `body` with the bytes of a token, if there is one.
  func withBytes(of id: TokenID, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    bytes(of: id)?.withUnsafeBufferPointer(body)
  }

  /// All IDs, rising.
  var sortedIDs: [TokenID] {
    indices.indices.lazy.filter { indices[$0] >= 0 }.map { TokenID($0) }
  }
}
