import Artifacts
internal import Foundation

/// Where what a tokenizer's file says is kept in a form that loads at once.
///
/// A cache is found by the digest of the file's content and is never believed further than its own
/// digest goes; one that is missing, old or damaged is made anew. Nothing that happens to a cache
/// fails anything: a folder that cannot be written or a full disk only means that the next load is
/// as slow as this one.
public struct TokenizerCache: Sendable {
  /// The environment variable that switches caches `off`.
  public static let variable = "AKSHARA_TOKENIZER_CACHE"
  /// No cache.
  public static let off = TokenizerCache(folders: nil)
  /// Beside the tokenizer's file, or, where that folder cannot be written, in
  /// `$XDG_CACHE_HOME/akshara/tokenizers` (`~/.cache/akshara/tokenizers`).
  public static let standard = TokenizerCache(
    folders: userFolder(environment: ProcessInfo.processInfo.environment).map { [$0] } ?? [])

  /// Smaller files are read as fast without a cache, and leave none behind: 512 KiB.
  static let smallestContent = 1 << 19

  /// Where to look beside the file's own folder; `nil` for no cache at all.
  private let folders: [String]?
  private let smallestContent: Int

  /// A cache with the folders that are tried behind the file's own.
  init(folders: [String]?, smallestContent: Int = TokenizerCache.smallestContent) {
    self.folders = folders
    self.smallestContent = smallestContent
  }

  /// What `AKSHARA_TOKENIZER_CACHE` asks for: `on`, as if it were unset, or `off`.
  ///
  /// - Throws: `invalidOption` for anything else.
  public static func chosen() throws -> TokenizerCache {
    try choice(environment: ProcessInfo.processInfo.environment[variable])
  }

  static func choice(environment: String?) throws -> TokenizerCache {
    switch environment {
    case nil, "on": return .standard
    case "off": return .off
    case let value?:
      throw AksharaError(
        .invalidOption, "\(variable) is `\(value)`", remedy: "use `on` or `off`")
    }
  }

  /// The user's folder for caches; `nil` where the environment names no absolute one.
  ///
  /// Source: XDG Base Directory Specification 0.8, which has relative paths ignored.
  static func userFolder(environment: [String: String]) -> String? {
    let homes = [
      environment["XDG_CACHE_HOME"], environment["HOME"].map { Path.join($0, ".cache") },
    ]
    let home = homes.compactMap { $0 }.first { $0.hasPrefix("/") }
    return home.map { Path.join($0, "akshara/tokenizers") }
  }

  /// The place of the cache of one file; `nil` if there is to be none.
  func place(for path: String, content: [UInt8]) -> TokenizerCachePlace? {
    guard let folders, content.count >= smallestContent else { return nil }
    let source = Digest(of: content)
    let beside = Path.join(Path.folder(of: path), CacheFile.name(for: Path.name(of: path)))
    let others = folders.map { Path.join($0, source.hexadecimal + CacheFile.suffix) }
    return TokenizerCachePlace(source: source, paths: [beside] + others)
  }
}

/// Where the cache of one content may lie.
struct TokenizerCachePlace: Sendable {
  /// The digest of the content.
  let source: Digest
  /// The files, the best place first.
  let paths: [String]

  /// What the first good file keeps.
  func read() -> CompiledTokenizer? {
    for path in paths {
      if let content = Self.content(of: path),
        let tokenizer = withExtendedLifetime(
          content, { CompiledTokenizerFile.read(UnsafeRawBufferPointer($0.bytes), source: source) })
      {
        return tokenizer
      }
    }
    return nil
  }

  /// Writes the file into the first folder that takes it; where none does, nothing is written.
  func write(_ tokenizer: CompiledTokenizer) {
    let bytes = CompiledTokenizerFile.bytes(of: tokenizer, source: source)
    for path in paths where Self.mayWrite(into: Path.folder(of: path)) {
      if (try? AtomicFile.write(bytes, to: path)) != nil { return }
    }
  }

  /// Whether a folder is not marked as read-only, which would not stop the superuser. One that is
  /// not there yet may be made.
  private static func mayWrite(into folder: String) -> Bool {
    var status = stat()
    return stat(folder, &status) != 0 || status.st_mode & 0o222 != 0
  }

  /// The whole of a plain file; `nil` if there is none, or one too large for a cache.
  private static func content(of path: String) -> LargeMemory? {
    // A pipe under this name must not hold up the reader.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      (CompiledTokenizerFile.headerSize...CompiledTokenizerFile.largestSize)
        .contains(Int(status.st_size))
    else { return nil }
    let content = LargeMemory(byteCount: Int(status.st_size))
    var filled = 0
    while filled < content.bytes.count, let base = content.bytes.baseAddress {
      let count = Foundation.read(descriptor, base + filled, content.bytes.count - filled)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return nil }
      filled += count
    }
    return content
  }
}
