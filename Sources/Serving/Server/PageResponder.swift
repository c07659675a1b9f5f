internal import Artifacts
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Answers requests: the page's files, and what the page asks for. There are no other paths, and
/// nothing in a request names a file.
///
///     GET  /  /view.css  /view.js  /icon.svg
///     GET  /api/set             what the page must know once
///     GET  /api/rows            a stretch of the list, filtered
///     GET  /api/row?row=N       a row
///     GET  /api/comparison?row=N
///     GET  /api/tags
///     POST /api/reviews         {"id", "row"?, "verdict"?, "note"?}; 404 for an ID that no row has
///     POST /api/stop            ends a scan: {"filter": {"split": "train", …}}
struct PageResponder: HTTPResponder {
  typealias Context = BasicRequestContext

  let catalog: RowCatalog
  let access: AccessGuard

  /// The largest body that is read, in bytes: a note, and room.
  private static let largestBody = 64 << 10

  func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
    var response = try await answer(to: request)
    if request.method == .head { response.body = ResponseBody() }
    return response
  }

  private func answer(to request: Request) async throws -> Response {
    switch access.decide(on: request) {
    case .refuse(let status, let sentence): return Self.text(status, sentence)
    case .welcome: return welcome()
    case .allow: break
    }
    let isPost = request.method == .post
    let isKnown = isPost ? Self.changes.contains(request.uri.path) : isReadable(request.uri.path)
    guard isKnown else {
      let isOther = isPost ? isReadable(request.uri.path) : Self.changes.contains(request.uri.path)
      return isOther
        ? Self.text(.methodNotAllowed, "Not with this method.") : Self.text(.notFound, "Not here.")
    }
    guard isPost || request.method == .get || request.method == .head else {
      return Self.text(.methodNotAllowed, "Not with this method.")
    }
    if let asset = PageAssets.asset(at: request.uri.path) {
      return Self.response(.ok, asset.type, asset.buffer)
    }
    do {
      guard let value = isPost ? try await change(request) : try answer(request) else {
        return Self.json(.notFound, ["error": "no row is of a conversation with this ID"])
      }
      return Self.json(.ok, value)
    } catch let error as AksharaError {
      let status: HTTPResponse.Status =
        switch error.code {
        case .invalidOption, .malformed: .badRequest
        default: .internalServerError
        }
      return Self.json(status, ["error": .string("\(error)")])
    } catch let error as any HTTPResponseError {
      return Self.text(error.status, "The request cannot be read.")
    }
  }

  private static let changes = ["/api/reviews", "/api/stop"]
  private static let readings = [
    "/api/set", "/api/rows", "/api/row", "/api/comparison", "/api/tags",
  ]

  private func isReadable(_ path: String) -> Bool {
    Self.readings.contains(path) || PageAssets.asset(at: path) != nil
  }

  private func answer(_ request: Request) throws -> JSONValue {
    let parameters = request.uri.queryParameters.map {
      (key: String($0.key), value: String($0.value))
    }
    switch request.uri.path {
    case "/api/set": return catalog.description
    case "/api/rows": return try catalog.list(parameters)
    case "/api/row": return try catalog.row(parameters)
    case "/api/comparison": return try catalog.comparison(parameters)
    default: return catalog.tagNames
    }
  }

  /// Does what a request asks for; `nil` if it is about a conversation that is not there.
  private func change(_ request: Request) async throws -> JSONValue? {
    let body = try await request.body.collect(upTo: Self.largestBody)
    let json = try JSONValue(parsing: Array(body.readableBytesView))
    guard request.uri.path == "/api/stop" else { return try catalog.review(json) }
    try catalog.stop(
      (json["filter"]?.object?.pairs ?? []).map { (key: $0.key, value: $0.value.string ?? "") })
    return [:]
  }

  /// Takes the token out of the address and puts it into a cookie.
  private func welcome() -> Response {
    var response = Self.text(.seeOther, "")
    response.headers[.location] = "/"
    response.headers[.setCookie] =
      "\(access.cookieName)=\(access.token.text); Path=/; HttpOnly; SameSite=Strict"
    return response
  }

  private static func json(_ status: HTTPResponse.Status, _ value: JSONValue) -> Response {
    response(status, "application/json", ByteBuffer(bytes: value.compact))
  }

  private static func text(_ status: HTTPResponse.Status, _ sentence: String) -> Response {
    response(status, "text/plain; charset=utf-8", ByteBuffer(string: sentence + "\n"))
  }

  /// A response that loads nothing from elsewhere, is shown in no other page, and is kept nowhere.
  private static func response(
    _ status: HTTPResponse.Status, _ type: String, _ body: ByteBuffer
  ) -> Response {
    var headers = HTTPFields()
    headers[.contentType] = type
    headers[.contentSecurityPolicy] =
      "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
      + "object-src 'none'"
    headers[.cacheControl] = "no-store"
    for (name, value) in [
      ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
      ("Cross-Origin-Opener-Policy", "same-origin"),
      ("Cross-Origin-Resource-Policy", "same-origin"),
    ] {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
  }
}
