internal import Crypto
internal import Foundation

/// The SHA-256 of some content, written `sha256:` and 64 hexadecimal digits.
///
/// Source: FIPS 180-4.
public struct Digest: Sendable, Hashable, CustomStringConvertible {
  /// The 32 bytes.
  public let bytes: [UInt8]

  /// The digest of `content`.
  public init(of content: some Sequence<UInt8>) {
    var hasher = DigestHasher()
    hasher.update(Array(content))
    self = hasher.finalize()
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The digest that `text` spells, or `nil` if it spells none.
  public init?(_ text: String) {
    let spelled = Array(text.utf8)
    let prefix = Array("sha256:".utf8)
    guard spelled.count == prefix.count + 64, spelled.starts(with: prefix) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    for index in stride(from: prefix.count, to: spelled.count, by: 2) {
      guard let high = Self.value(ofDigit: spelled[index]),
        let low = Self.value(ofDigit: spelled[index + 1])
      else { return nil }
      bytes.append(high << 4 | low)
    }
    self.bytes = bytes
  }

  /// Whether `text` spells a digest, as `init(_:)` reads it.
  package static func isSpelled(by text: UnsafeBufferPointer<UInt8>) -> Bool {
    let prefix: StaticString = "sha256:"
    let start = prefix.utf8CodeUnitCount
    guard text.count == start + 64, (0..<start).allSatisfy({ text[$0] == prefix.utf8Start[$0] })
    else { return false }
    return (start..<text.count).allSatisfy { value(ofDigit: text[$0]) != nil }
  }

  private static func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// The 64 hexadecimal digits.
  public var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// `sha256:` and the digits.
  public var description: String { "sha256:" + hexadecimal }
}

/// A digest in the making, for content that arrives in pieces.
public struct DigestHasher {
  private var hasher = SHA256()

  /// A hasher that has seen nothing.
  public init() {}

  /// Takes in the next piece.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    hasher.update(bufferPointer: bytes)
  }

  /// Takes in the next piece.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
  }

  /// The digest of all that was taken in.
  public func finalize() -> Digest { Digest(bytes: Array(hasher.finalize())) }
}
