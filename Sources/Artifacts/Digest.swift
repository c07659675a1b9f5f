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
    let prefix = "sha256:"
    guard text.hasPrefix(prefix) else { return nil }
    let digits = Array(text.dropFirst(prefix.count).utf8)
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 64, by: 2) {
      let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
      guard let byte = UInt8(pair, radix: 16), !pair.hasPrefix("+") else { return nil }
      bytes.append(byte)
    }
    self.bytes = bytes
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
