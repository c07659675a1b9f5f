internal import Foundation

/// What the process has taken from the machine.
package enum ProcessMemory {
  /// The most bytes that were resident at once since the start, files that are mapped included; `nil`
  /// where the system does not say.
  ///
  /// Source: `VmHWM` in proc(5).
  package static var peak: Int? { value("VmHWM:") }

  /// The bytes that are resident now.
  package static var current: Int? { value("VmRSS:") }

  /// Forgets the peak so far, where the system lets a process do so (Linux 4.0, `clear_refs`).
  package static func resetPeak() {
    try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
  }

  private static func value(_ key: String) -> Int? {
    guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix(key) }),
      let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({
        Int($0)
      })
    else { return nil }
    return kibibytes << 10
  }
}
