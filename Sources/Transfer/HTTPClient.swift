internal import Artifacts
internal import CCurl

/// Asks servers over HTTP, one request at a time a call; calls may come from many threads.
///
/// Redirects are not followed here: whoever follows one decides what goes to the new host.
package struct HTTPClient: Sendable {
  /// Seconds to wait for a connection.
  package var connectTimeout = 15
  /// Seconds without a byte after which a request is given up.
  package var stallTimeout = 60

  private static let isReady = ccurl_prepare() == 0

  /// A client.
  package init() {}

  /// Why a request brought no answer.
  package struct Failure: Error, Equatable {
    /// libcurl's words.
    package var reason: String
    /// Whether another try may help: the network failed, not the call.
    package var isTemporary: Bool
  }

  /// Performs `request`, and hands its body on in pieces.
  ///
  /// - Parameters:
  ///   - begin: called once the head of the answer is known, before the body.
  ///   - body: called with each piece of the body; what it throws ends the request.
  /// - Throws: `Failure`, or what the closures throw.
  package func perform(
    _ request: HTTPRequest, begin: (HTTPResponse) throws -> Void = { _ in },
    body: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> HTTPResponse {
    guard Self.isReady else { throw Failure(reason: "libcurl cannot start", isTemporary: false) }
    return try withoutActuallyEscaping(begin) { begin in
      try withoutActuallyEscaping(body) { body in
        let exchange = Exchange(begin: begin, body: body)
        let code = run(request, exchange)
        if let error = exchange.error { throw error }
        guard code == 0 else {
          throw Failure(
            reason: String(cString: ccurl_message(code)),
            isTemporary: !Self.permanent.contains(code))
        }
        try exchange.beginBody()
        return exchange.response
      }
    }
  }

  /// Performs `request` and takes the whole body, at most `limit` bytes.
  ///
  /// - Throws: `Failure`; `malformed` for a longer body.
  package func get(
    _ request: HTTPRequest, limit: Int
  ) throws -> (response: HTTPResponse, body: [UInt8]) {
    var bytes: [UInt8] = []
    let response = try perform(request) { piece in
      guard bytes.count + piece.count <= limit else {
        throw AksharaError(
          .malformed, "the answer is longer than \(limit) bytes",
          at: SourceLocation(file: request.url), remedy: "check that this is a hub")
      }
      bytes.append(contentsOf: piece)
    }
    return (response, bytes)
  }

  /// Codes that no further try mends: unsupported protocol, malformed address, bad certificate.
  private static let permanent: Set<Int32> = [1, 3, 60, 77, 91]

  private func run(_ request: HTTPRequest, _ exchange: Exchange) -> Int32 {
    let lines = request.lines().map { Array($0.utf8CString) }
    var flat: [CChar] = []
    var starts: [Int] = []
    for line in lines {
      starts.append(flat.count)
      flat += line
    }
    return flat.withUnsafeBufferPointer { flat in
      let pointers: [UnsafePointer<CChar>?] = starts.compactMap { start in
        flat.baseAddress.map { $0 + start }
      }
      return pointers.withUnsafeBufferPointer { headers in
        request.url.withCString { url in perform(request, url, headers, exchange) }
      }
    }
  }

  private func perform(
    _ request: HTTPRequest, _ url: UnsafePointer<CChar>,
    _ headers: UnsafeBufferPointer<UnsafePointer<CChar>?>, _ exchange: Exchange
  ) -> Int32 {
    var none: UnsafePointer<CChar>?
    return withUnsafeMutablePointer(to: &none) { empty in
      var call = ccurl_request(
        url: url, headers: headers.baseAddress ?? UnsafePointer(empty),
        header_count: headers.count, head_only: request.isHeadOnly,
        allow_plain: request.allowsPlain, connect_timeout: connectTimeout,
        stall_timeout: stallTimeout)
      var status = 0
      return ccurl_perform(
        &call, { Exchange.of($0).takeHead($1, $2) }, { Exchange.of($0).takeBody($1, $2) },
        Unmanaged.passUnretained(exchange).toOpaque(), &status)
    }
  }

  /// An address as a link or redirect in `base`'s answer gives it; `nil` if it is none.
  static func resolve(_ location: String, against base: String) -> String? {
    guard let text = ccurl_resolve(base, location) else { return nil }
    defer { ccurl_free(text) }
    return String(cString: text)
  }
}

/// One request under way: what libcurl's callbacks write into.
private final class Exchange {
  var response = HTTPResponse(status: 0)
  var error: (any Error)?
  private var hasBegun = false
  private let begin: (HTTPResponse) throws -> Void
  private let body: (UnsafeRawBufferPointer) throws -> Void

  init(
    begin: @escaping (HTTPResponse) throws -> Void,
    body: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) {
    self.begin = begin
    self.body = body
  }

  /// The exchange behind a callback's context.
  static func of(_ context: UnsafeMutableRawPointer?) -> Exchange {
    guard let context else { return Exchange(begin: { _ in }, body: { _ in }) }
    return Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
  }

  func takeHead(_ bytes: UnsafePointer<CChar>, _ count: Int) -> Int32 {
    let raw = UnsafeRawBufferPointer(start: bytes, count: count)
    let line = String(decoding: raw, as: UTF8.self)
    response.take(line: line.trimmingLineEnd())
    return 0
  }

  func takeBody(_ bytes: UnsafePointer<CChar>, _ count: Int) -> Int32 {
    do {
      try beginBody()
      try body(UnsafeRawBufferPointer(start: bytes, count: count))
      return 0
    } catch {
      self.error = error
      return 1
    }
  }

  /// Tells of the head, once.
  func beginBody() throws {
    guard !hasBegun else { return }
    hasBegun = true
    try begin(response)
  }
}

extension String {
  fileprivate func trimmingLineEnd() -> String {
    var text = self[...]
    while let last = text.unicodeScalars.last, last == "\r" || last == "\n" {
      text.unicodeScalars.removeLast()
    }
    return String(text)
  }
}
