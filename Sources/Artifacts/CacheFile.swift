/// A file that Akshara derives from another one and keeps beside it, to read that sooner: nobody's work, and
/// gone without loss.
public enum CacheFile {
  /// What the names of all such files end with.
  public static let suffix = ".akshara-cache"

  /// The name of the cache of a file.
  public static func name(for name: String) -> String { ".\(name)\(suffix)" }

  /// Whether a file of this name is one.
  public static func isName(_ name: String) -> Bool {
    name.hasPrefix(".") && name.hasSuffix(suffix)
  }
}
