import Foundation

/// Where tests find files.
public enum RepositoryPaths {
  /// The root of the checkout.
  public static let root: String = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    return url.path
  }()

  /// A file of the checkout.
  public static func file(_ path: String) -> String { "\(root)/\(path)" }

  /// A file below `../shared`, or `nil`, with the reason printed, where that folder is absent.
  public static func shared(_ path: String) -> String? {
    let folder = ProcessInfo.processInfo.environment["AKSHARA_SHARED"] ?? "\(root)/../shared"
    let file = "\(folder)/\(path)"
    if FileManager.default.fileExists(atPath: file) { return file }
    print("skipped: \(path) is not below \(folder) (set AKSHARA_SHARED to its folder)")
    return nil
  }
}

/// A folder that is removed when the test is over.
public final class TemporaryFolder: Sendable {
  /// Its path.
  public let path: String

  /// Makes an empty folder.
  public init() {
    path = NSTemporaryDirectory() + "akshara-" + UUID().uuidString
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// A path inside the folder.
  public func file(_ name: String) -> String { "\(path)/\(name)" }
}
