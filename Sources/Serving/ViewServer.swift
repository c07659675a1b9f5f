internal import Artifacts
internal import Foundation
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Synchronization

/// A local web page on which rows are looked at, compared and judged.
///
/// ```swift
/// let server = try ViewServer(ViewOptions("runs/quickstart/shards"))
/// try server.run { print($0.url) }     // until SIGINT or SIGTERM
/// ```
///
/// It listens on 127.0.0.1 alone, answers only whoever has the token that is in the address, and
/// makes no request to anywhere.
public final class ViewServer: Sendable {
  /// Where the page stands.
  public struct Address: Sendable {
    /// The port on the loopback interface.
    public let port: Int
    /// The address to open; it holds the token.
    public let url: String

    /// What to call on the machine where the browser is, if this one was reached by SSH.
    ///
    /// - Parameters:
    ///   - connection: the variable `SSH_CONNECTION`: both ends' addresses and ports.
    ///   - user: who is logged in here.
    public func tunnel(connection: String?, user: String) -> String? {
      let parts = (connection ?? "").split(separator: " ")
      guard parts.count == 4 else { return nil }
      let door = parts[3] == "22" ? "" : " -p \(parts[3])"
      return "ssh\(door) -N -L \(port):127.0.0.1:\(port) \(user)@\(parts[2])"
    }
  }

  private let catalog: RowCatalog
  private let port: Int
  private let token = AccessToken()

  /// Opens what is to be shown.
  ///
  /// - Throws: `missingFile`, `unreadable`, `malformed`, `unsupported` as the set, the conversations
  ///   or the tokenizer demand; `checkFailed` if the tokenizer is not the set's; `invalidOption`.
  public init(_ options: ViewOptions) throws {
    guard (0...65535).contains(options.port) else {
      throw AksharaError(
        .invalidOption, "there is no port \(options.port)", remedy: "give one of 1 to 65535")
    }
    let rows = try Self.rows(options)
    let desk = try ReviewDesk(options.verdictsPath, set: rows.digest)
    catalog = RowCatalog(rows, desk)
    port = options.port
  }

  private static func rows(_ options: ViewOptions) throws -> any RowSource {
    var path = options.path
    if Path.isFolder(path) {
      let conversations = Path.join(path, "conversations.jsonl")
      guard Path.exists(conversations), !Path.exists(Path.join(path, "manifest.json")) else {
        return try ShardRows(
          path, tokenizer: options.tokenizer, comparedWith: options.comparison)
      }
      path = conversations
    }
    return try ConversationRows(
      path, tokenizer: options.tokenizer, template: options.template,
      comparedWith: options.comparison)
  }

  /// Serves until SIGINT or SIGTERM, blocking the calling thread.
  ///
  /// - Parameter announce: called once, when the page can be opened.
  /// - Throws: `invalidOption` if the port is taken.
  public func run(announce: @escaping @Sendable (Address) -> Void) throws {
    let outcome = Mutex<(any Error)?>(nil)
    let done = DispatchSemaphore(value: 0)
    Task {
      do { try await serve(announce: announce) } catch { outcome.withLock { $0 = error } }
      done.signal()
    }
    done.wait()
    if let error = outcome.withLock({ $0 }) { throw error }
  }

  /// Serves until SIGINT or SIGTERM comes or the task is cancelled.
  ///
  /// - Throws: as `run`.
  func serve(announce: @escaping @Sendable (Address) -> Void) async throws {
    defer { catalog.close() }
    var logger = Logger(label: "akshara.view") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    // The guard must know the port, which the system may choose; no request comes before it does.
    let port = Mutex(self.port)
    let responder = PageResponder(
      catalog: catalog, access: AccessGuard(token: token, port: { port.withLock { $0 } }))
    let app = Application(
      responder: responder,
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: self.port)),
      onServerRunning: { [token] channel in
        let chosen = channel.localAddress?.port ?? 0
        port.withLock { $0 = chosen }
        announce(
          Address(port: chosen, url: "http://127.0.0.1:\(chosen)/?token=\(token.text)"))
      }, logger: logger)
    do { try await app.runService() } catch let error as IOError {
      throw refusal(String(cString: strerror(error.errnoCode)))
    }
  }

  private func refusal(_ reason: String) -> AksharaError {
    AksharaError(
      .invalidOption, "cannot listen on port \(port) of 127.0.0.1: \(reason.lowercased())",
      remedy: "choose another with --port, or leave it out to take one that is free")
  }
}
