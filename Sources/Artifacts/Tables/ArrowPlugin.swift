internal import Foundation

/// The library through which Parquet and Arrow files are read, opened when the first is met.
///
/// It is built by `tools/build-arrow-plugin` out of Arrow C++, and looked for where
/// `AKSHARA_ARROW_PLUGIN` says, then in the user's cache (`~/.cache/akshara/arrow`), then beside the
/// program. Its functions are those of `Sources/ArrowPlugin/arrow_plugin.h`.
struct ArrowPlugin: Sendable {
  typealias Open = @convention(c) (UnsafePointer<CChar>) -> OpaquePointer?
  typealias Message = @convention(c) (OpaquePointer) -> UnsafePointer<CChar>?
  typealias Next =
    @convention(c) (
      OpaquePointer, UnsafeMutablePointer<UnsafePointer<UInt8>?>, UnsafeMutablePointer<Int>,
      UnsafeMutablePointer<UnsafePointer<UInt64>?>
    ) -> Int64
  typealias Close = @convention(c) (OpaquePointer) -> Void
  typealias WriteParquet =
    @convention(c) (
      UnsafePointer<CChar>, UnsafePointer<CChar>?, UnsafePointer<CChar>,
      UnsafeMutablePointer<CChar>, Int
    ) -> Int32

  let open: Open
  let message: Message
  let next: Next
  let close: Close
  /// `nil` in a library that was built before it could write.
  let writeParquet: WriteParquet?

  private static let name = "libakshara_arrow.so"
  /// The version of the functions that this program knows.
  private static let interface: Int32 = 1
  private static let loaded: Result<ArrowPlugin, AksharaError> = load()

  /// The library.
  ///
  /// - Throws: `unsupported`, saying how to build it.
  static func get() throws -> ArrowPlugin { try loaded.get() }

  /// Where the library may lie.
  private static var places: [String] {
    let environment = ProcessInfo.processInfo.environment
    if let place = environment["AKSHARA_ARROW_PLUGIN"] { return [place] }
    let home = environment["HOME"] ?? "/"
    let cache = environment["XDG_CACHE_HOME"] ?? Path.join(home, ".cache")
    let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    return [Path.join(cache, "akshara/arrow/\(name)")]
      + (program.map { [Path.join(Path.folder(of: $0), name)] } ?? [])
  }

  private static func load() -> Result<ArrowPlugin, AksharaError> {
    let found = places.filter(Path.exists)
    guard let place = found.first else {
      return .failure(missing("is not there", at: places[0]))
    }
    guard let library = dlopen(place, RTLD_NOW | RTLD_LOCAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? "no reason is given"
      return .failure(missing("cannot be opened (\(reason))", at: place))
    }
    guard let plugin = ArrowPlugin(library) else {
      return .failure(missing("is of another version", at: place))
    }
    return .success(plugin)
  }

  private init?(_ library: UnsafeMutableRawPointer) {
    typealias Version = @convention(c) () -> Int32
    guard let version = dlsym(library, "akshara_arrow_interface"),
      unsafeBitCast(version, to: Version.self)() == Self.interface,
      let open = dlsym(library, "akshara_arrow_open"),
      let message = dlsym(library, "akshara_arrow_error"),
      let next = dlsym(library, "akshara_arrow_next"),
      let close = dlsym(library, "akshara_arrow_close")
    else { return nil }
    self.open = unsafeBitCast(open, to: Open.self)
    self.message = unsafeBitCast(message, to: Message.self)
    self.next = unsafeBitCast(next, to: Next.self)
    self.close = unsafeBitCast(close, to: Close.self)
    writeParquet = dlsym(library, "akshara_arrow_write_parquet").map {
      unsafeBitCast($0, to: WriteParquet.self)
    }
  }

  private static func missing(_ what: String, at place: String) -> AksharaError {
    AksharaError(
      .unsupported, "Parquet and Arrow files need a plug-in, which \(what): \(place)",
      remedy: "build it with `tools/build-arrow-plugin`")
  }
}
