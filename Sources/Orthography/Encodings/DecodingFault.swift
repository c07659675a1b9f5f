/// Something in the input that stands for no character.
public struct DecodingFault: Sendable, Equatable {
  /// Where it begins, in bytes of the input.
  public let offset: Int
  /// The bytes, at most four; for glyph codes and double encoding those of the character that could
  /// not be placed.
  public let bytes: [UInt8]

  /// A fault.
  public init(offset: Int, bytes: [UInt8]) {
    self.offset = offset
    self.bytes = bytes
  }
}

/// The faults of a text: all are counted, the first thousand are kept.
public struct DecodingFaults: Sendable, Equatable {
  /// How many there are.
  public private(set) var count = 0
  /// The first of them.
  public private(set) var first: [DecodingFault] = []

  private static let kept = 1000

  init() {}

  mutating func add(_ fault: DecodingFault) {
    count += 1
    if first.count < Self.kept { first.append(fault) }
  }
}
