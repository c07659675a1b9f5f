/// How the bytes of a file are compressed.
public enum Compression: String, Sendable, CaseIterable {
  /// Not at all.
  case none
  /// gzip members, one after another (RFC 1952).
  case gzip
  /// Zstandard frames, one after another (RFC 8878).
  case zstd

  /// How many leading bytes `init(magic:)` looks at.
  package static let magicLength = 4

  /// What the first bytes of a file say. The name of a file says nothing here.
  ///
  /// Source: RFC 1952 §2.3.1 (`1F 8B`); RFC 8878 §3.1.1 (`28 B5 2F FD`) and §3.1.2 (skippable
  /// frames, `50…5F 2A 4D 18`).
  package init(magic bytes: some Collection<UInt8>) {
    let bytes = Array(bytes.prefix(Self.magicLength))
    if bytes.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if bytes == [0x28, 0xB5, 0x2F, 0xFD] {
      self = .zstd
    } else if bytes.count == 4, (0x50...0x5F).contains(bytes[0]), bytes[1...] == [0x2A, 0x4D, 0x18]
    {
      self = .zstd
    } else {
      self = .none
    }
  }

  /// What a name asks a writer for: `.gz`, `.zst` or neither.
  public init(suffixOf path: String) {
    if path.hasSuffix(".gz") {
      self = .gzip
    } else if path.hasSuffix(".zst") {
      self = .zstd
    } else {
      self = .none
    }
  }

  /// `path` without `.gz` or `.zst`.
  public static func nameWithoutSuffix(_ path: String) -> String {
    for suffix in [".gz", ".zst"] where path.hasSuffix(suffix) {
      return String(path.dropLast(suffix.count))
    }
    return path
  }
}
