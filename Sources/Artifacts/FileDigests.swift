internal import Foundation
internal import Synchronization

/// Digests of files, for work that asks for those of the same large files more than once: each is read
/// once as long as it stays as it is.
///
/// A file counts as unchanged if device, inode, size and the times of its last changes are the same, and
/// if these times lay some seconds before it was read: a change that soon after another could bear
/// the same time.
public final class FileDigests: Sendable {
  private struct Known {
    let state: FileState
    let digest: Digest
  }

  private let known = Mutex<[String: Known]>([:])

  /// Digests of no files yet.
  public init() {}

  /// The digest of a file's content.
  ///
  /// - Throws: `missingFile` or `unreadable`.
  public func digest(of path: String) throws -> Digest {
    let state = FileState(path)
    if let state, let before = known.withLock({ $0[path] }), before.state == state {
      return before.digest
    }
    let digest = try Digest(ofFile: path)
    if let state, state.isSettled, state == FileState(path) {
      known.withLock { $0[path] = Known(state: state, digest: digest) }
    }
    return digest
  }
}

/// What the file system says of a file without reading it.
private struct FileState: Equatable {
  private let identity: FileIdentity
  private let size: Int
  private let changes: [Int]

  /// Changes within this time, in seconds, may bear the same time.
  private static let settlingTime = 3

  init?(_ path: String) {
    var status = stat()
    guard let identity = FileIdentity(path), stat(path, &status) == 0 else { return nil }
    self.identity = identity
    size = Int(status.st_size)
    changes = [status.st_mtim, status.st_ctim].flatMap { [Int($0.tv_sec), Int($0.tv_nsec)] }
  }

  /// Whether its last change lies some time ago.
  var isSettled: Bool { time(nil) - max(changes[0], changes[2]) >= Self.settlingTime }
}
