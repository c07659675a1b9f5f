internal import Foundation

/// Joins and resolves paths, as text.
public enum Path {
  /// `name` inside `folder`; an absolute `name` stays as it is.
  public static func join(_ folder: String, _ name: String) -> String {
    if name.hasPrefix("/") || folder.isEmpty || folder == "." { return name }
    return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// The path without `.` and, as far as names stand before them, without `..`: as text, without
  /// following links.
  public static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !path.hasPrefix("/") {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    if path.hasPrefix("/") { return "/" + joined }
    return joined.isEmpty ? "." : joined
  }

  /// The folder that holds `path`; `.` for a bare name.
  public static func folder(of path: String) -> String {
    let whole = withoutTrailingSlashes(path)
    guard let slash = whole.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    let folder = withoutTrailingSlashes(String(whole[..<slash]))
    return folder.isEmpty ? "/" : folder
  }

  /// The last component of `path`; `/` for the root.
  public static func name(of path: String) -> String {
    let whole = withoutTrailingSlashes(path)
    guard let slash = whole.utf8.lastIndex(of: UInt8(ascii: "/")), whole != "/" else {
      return whole
    }
    return String(whole[whole.utf8.index(after: slash)...])
  }

  /// The last component without its last extension; a leading dot begins a name, no extension.
  public static func stem(of path: String) -> String {
    let name = name(of: path)
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else {
      return name
    }
    return String(name[..<dot])
  }

  // Foundation's `NSString.deletingLastPathComponent` crashes on a path of one character
  // (Swift 6.3.1 on Linux), so paths are cut here.
  private static func withoutTrailingSlashes(_ path: String) -> String {
    var path = path[...]
    while path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/") { path = path.dropLast() }
    return String(path)
  }

  /// Whether something stands at `path`.
  public static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  /// The files that `pattern` names (`*`, `?`, `[…]`), sorted by their bytes; a plain path gives
  /// itself if it exists.
  public static func glob(_ pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard Foundation.glob(pattern, 0, nil, &result) == 0, let paths = result.gl_pathv else {
      return []
    }
    let found = (0..<Int(result.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// Makes, lists, syncs and removes folders.
public enum Folder {
  /// Makes `path` and the folders above it; does nothing if it is there.
  ///
  /// - Throws: `unwritable`.
  public static func make(_ path: String) throws {
    guard !path.isEmpty, !Path.isFolder(path) else { return }
    let parent = Path.folder(of: path)
    if parent != path { try make(parent) }
    // Another process may have made it in the meantime.
    guard mkdir(path, 0o777) == 0 || (errno == EEXIST && Path.isFolder(path)) else {
      throw AksharaError(
        .unwritable, "cannot make the folder: \(String(cString: strerror(errno)))",
        at: SourceLocation(file: path), remedy: "check the path and its rights")
    }
  }

  /// The names in a folder, sorted by their bytes; hidden ones are left out.
  public static func list(_ path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { !$0.hasPrefix(".") }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Removes a folder or file if it is there.
  ///
  /// - Throws: `unwritable`.
  public static func remove(_ path: String) throws {
    guard Path.exists(path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw AksharaError(
        .unwritable, "cannot remove", at: SourceLocation(file: path), remedy: "check its rights")
    }
  }

  /// Removes a folder if nothing is in it, and else leaves it.
  public static func removeIfEmpty(_ path: String) { rmdir(path) }

  /// Makes a rename inside the folder durable.
  static func synchronize(_ path: String) {
    let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
