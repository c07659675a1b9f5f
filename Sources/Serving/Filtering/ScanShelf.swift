internal import Synchronization

/// The scans that are under way or done, by what they look for; the oldest goes first.
final class ScanShelf: Sendable {
  /// A filter, and how often it was applied: applied anew, it is asked anew.
  struct Key: Hashable, Sendable {
    var filter: RowFilter
    var application: String
  }

  private let scans = Mutex<[(key: Key, scan: RowScan)]>([])

  /// So many are kept: one a window, and a few to go back to.
  private static let room = 8

  /// The scan for a filter: the one that is there, or a new one.
  func scan(_ key: Key, start: () -> RowScan) -> RowScan {
    scans.withLock { scans in
      if let index = scans.firstIndex(where: { $0.key == key }) {
        let entry = scans.remove(at: index)
        if !entry.scan.isAbandoned {
          scans.append(entry)
          return entry.scan
        }
      }
      let scan = start()
      scans.append((key, scan))
      if scans.count > Self.room { scans.removeFirst().scan.stop() }
      return scan
    }
  }

  /// Ends a scan; what it found stays until it is asked for anew.
  func stop(_ key: Key) {
    scans.withLock { scans in for entry in scans where entry.key == key { entry.scan.stop() } }
  }

  /// Ends all.
  func stopAll() { scans.withLock { for entry in $0 { entry.scan.stop() } } }
}
