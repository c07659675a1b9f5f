internal import Artifacts
internal import Foundation

/// One repository's folder in the cache that `huggingface_hub` shares with us.
///
/// ```
/// models--OWNER--NAME/
///   refs/main                      the commit that a branch or tag stood for
///   blobs/ETAG                     contents, each once; ETAG.incomplete while it comes
///   snapshots/COMMIT/config.json   links to ../../blobs/ETAG
/// .locks/models--OWNER--NAME/ETAG.lock
/// ```
///
/// Source: huggingface_hub, "Understand caching"; checked against its version 1.33.
struct HubCache: Sendable {
  /// The cache of all repositories.
  let root: String
  /// This repository's folder.
  let folder: String
  private let name: String

  init(root: String, repository: HubRepository) {
    self.root = root
    name =
      repository.kind.rawValue + "--" + repository.id.split(separator: "/").joined(separator: "--")
    folder = Path.join(root, name)
  }

  /// Makes the folders, and marks the cache so that backups leave it out.
  func prepare() throws {
    try Folder.make(Path.join(folder, "blobs"))
    try Folder.make(locks)
    let tag = Path.join(root, "CACHEDIR.TAG")
    guard !Path.exists(tag) else { return }
    // Source: https://bford.info/cachedir/
    let text = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of model and data files.\n"
    try locked("tag", in: Path.join(root, ".locks")) {
      try AtomicFile.write(Array(text.utf8), to: tag)
    }
  }

  private var locks: String { Path.join(Path.join(root, ".locks"), name) }

  /// The content's file.
  func blob(_ identity: HubFile.Identity) -> String {
    Path.join(Path.join(folder, "blobs"), identity.etag)
  }

  /// The lock of whoever brings this content.
  func lock(_ identity: HubFile.Identity) -> String {
    Path.join(locks, identity.etag + ".lock")
  }

  /// The folder of a commit's files.
  func snapshot(_ commit: String) -> String {
    Path.join(Path.join(folder, "snapshots"), commit)
  }

  /// The commit that `revision` stood for when it was last asked.
  func commit(of revision: String) -> String? {
    if Self.isCommit(revision) { return revision }
    let file = Path.join(Path.join(folder, "refs"), revision)
    guard let data = FileManager.default.contents(atPath: file) else { return nil }
    let text = String(decoding: data.prefix(64), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return Self.isCommit(text) ? text : nil
  }

  /// Notes what `revision` stands for.
  func remember(_ revision: String, commit: String) throws {
    guard revision != commit, self.commit(of: revision) != commit else { return }
    let file = Path.join(Path.join(folder, "refs"), revision)
    try locked("refs") { try AtomicFile.write(Array(commit.utf8), to: file) }
  }

  /// Keeps two pulls from writing the same small file at once.
  private func locked(
    _ what: String, in folder: String? = nil, _ body: () throws -> Void
  ) throws {
    let lock = try FileLock(Path.join(folder ?? locks, what + ".lock"))
    defer { lock.release() }
    try body()
  }

  /// Links the content into a commit's folder; the link appears at once or not at all.
  func link(_ file: HubFile, commit: String) throws {
    let place = Path.join(snapshot(commit), file.path)
    try Folder.make(Path.folder(of: place))
    let depth = file.path.utf8.count { $0 == UInt8(ascii: "/") } + 2
    let target = String(repeating: "../", count: depth) + "blobs/" + file.identity.etag
    if (try? FileManager.default.destinationOfSymbolicLink(atPath: place)) == target { return }
    // Two pulls, of one process or of two, may link the same file at once.
    let aside = place + ".\(UUID().uuidString).link"
    unlink(aside)
    guard symlink(target, aside) == 0, rename(aside, place) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(aside)
      throw AksharaError(
        .unwritable, "cannot make the link: \(reason)", at: SourceLocation(file: place),
        remedy: "set HF_HUB_CACHE to a folder on a file system with links")
    }
  }

  /// Whether a commit's folder holds the content that the hub lists.
  func holds(_ file: HubFile) -> Bool {
    var status = stat()
    return stat(blob(file.identity), &status) == 0 && status.st_size == off_t(file.size)
  }

  /// The files of a commit's folder whose contents are there, sorted by path.
  func entries(of commit: String) throws -> [HubFile.Entry] {
    let folder = snapshot(commit)
    return try FileTree.files(below: folder).compactMap { path in
      var status = stat()
      guard stat(Path.join(folder, path), &status) == 0 else { return nil }
      return HubFile.Entry(path: path, size: Int(status.st_size))
    }
  }

  /// A commit's 40 hexadecimal digits.
  static func isCommit(_ text: String) -> Bool {
    text.wholeMatch(of: /[0-9a-f]{40}/) != nil
  }
}
