import Artifacts
import Testing

@testable import Serving

/// Who is answered.
@Suite struct AccessTests {
  @Test func theTokenOpensThePageAndMovesIntoACookie() async throws {
    let set = try ServedSet()
    try await set.serve(set.options) { address in
      let target = "/?token=\(address.token)"
      let welcome = try #require(try LoopbackRequest(target: target).send(to: address.port))
      #expect(welcome.status == 303)
      #expect(welcome.header("Location") == "/")
      let cookie = try #require(welcome.header("Set-Cookie"))
      #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Strict"))
      let pair = String(cookie.prefix { $0 != ";" })
      let page = try #require(
        try LoopbackRequest(headers: ["Cookie: \(pair)"]).send(to: address.port))
      #expect(page.status == 200)
      #expect(page.header("Content-Type") == "text/html; charset=utf-8")
      #expect(page.header("Content-Security-Policy")?.hasPrefix("default-src 'self';") == true)
      #expect(page.header("Cache-Control") == "no-store")
      #expect(page.header("X-Content-Type-Options") == "nosniff")
      #expect(page.body.contains("<title>Akshara</title>"))
    }
  }

  @Test func withoutTheTokenNothingIsAnswered() async throws {
    let set = try ServedSet()
    try await set.serve(set.options) { address in
      let cookie = "Cookie: akshara_view_\(address.port)="
      let wrong = String(address.token.dropLast()) + (address.token.hasSuffix("0") ? "1" : "0")
      for target in ["/", "/view.js", "/api/set", "/api/row?row=0", "/nothing"] {
        for headers in [
          [], [cookie + wrong], [cookie], ["X-Akshara-Token: \(wrong)"], ["X-Akshara-Token:"],
          // A token that is wrong is not made right by a second way.
          ["X-Akshara-Token: \(wrong)", cookie + address.token],
        ] {
          let answer = try #require(
            try LoopbackRequest(target: target, headers: headers).send(to: address.port))
          #expect(answer.status == 403, "\(target) \(headers)")
          #expect(!answer.body.contains(address.token) && !answer.body.contains("kn-1"))
        }
      }
      for target in ["/?token=", "/?token=\(wrong)", "/?token=\(address.token)0"] {
        #expect(try LoopbackRequest(target: target).send(to: address.port)?.status == 403)
      }
    }
  }

  /// DNS rebinding: a foreign page whose name was bound to 127.0.0.1.
  @Test func onlyNamesOfTheLoopbackInterfaceAreAnswered() async throws {
    let set = try ServedSet()
    try await set.serve(set.options) { address in
      let key = ["X-Akshara-Token: \(address.token)"]
      for (host, status) in [
        ("127.0.0.1:\(address.port)", 200), ("localhost:\(address.port)", 200), ("localhost", 200),
        // The port of a tunnel may be another one.
        ("localhost:9000", 200), ("[::1]:9000", 200),
        ("evil.example", 403), ("evil.example:\(address.port)", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost.evil.example", 403), ("localhost:80@evil.example", 403), ("127.0.0.1:", 403),
        ("0.0.0.0", 403),
      ] {
        let request = LoopbackRequest(target: "/api/set", host: host, headers: key)
        let answer = try request.send(to: address.port)
        #expect(answer?.status == status, "\(host)")
      }
    }
  }

  @Test func noPathLeadsToAFile() async throws {
    let set = try ServedSet()
    try await set.serve(set.options) { address in
      for target in [
        "/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd",
        "//etc/passwd", "/view.css/../../manifest.json", "/manifest.json", "/page/view.html",
        "/api/../view.css", "/VIEW.CSS", "/api/set/", "/api/row/0", "/.git/config", "/%00",
      ] {
        let answer = try #require(try address.get(target), "\(target)")
        #expect(answer.status == 404 || answer.status == 400, "\(target)")
        #expect(!answer.body.contains("root:"))
      }
    }
  }

  @Test func hugeAddressesAndBodiesAreRefused() async throws {
    let set = try ServedSet()
    try await set.serve(set.options) { address in
      let long = "/api/rows?search=" + String(repeating: "a", count: 9000)
      #expect(try address.get(long)?.status == 414)
      // A megabyte of address ends in the parser; the server lives on.
      let huge = try address.get("/api/rows?search=" + String(repeating: "a", count: 1 << 20))
      #expect(huge.map { $0.status >= 400 } ?? true)
      let note = String(repeating: "a", count: 100 << 10)
      #expect(try address.post("/api/reviews", #"{"id":"kn-1","note":"\#(note)"}"#)?.status == 413)
      #expect(try address.get("/api/set")?.status == 200)
    }
  }

  @Test func methodsThatAreNotKnownAreRefused() async throws {
    let set = try ServedSet()
    try await set.serve(set.options) { address in
      let key = ["X-Akshara-Token: \(address.token)", "Content-Type: application/json"]
      for (method, target, status) in [
        ("POST", "/", 405), ("POST", "/api/rows", 405), ("GET", "/api/reviews", 405),
        ("DELETE", "/api/reviews", 404), ("PUT", "/api/set", 405), ("OPTIONS", "/api/set", 405),
        ("POST", "/nothing", 404), ("HEAD", "/api/set", 200),
      ] {
        let request = LoopbackRequest(method: method, target: target, headers: key)
        let answer = try #require(try request.send(to: address.port))
        #expect([status, 405].contains(answer.status) || answer.status == status, "\(method)")
        #expect(status == 200 || answer.status >= 400)
      }
    }
  }

  @Test func onlyThePageItselfMayChangeSomething() async throws {
    let set = try ServedSet()
    try await set.serve(set.options) { address in
      let key = "X-Akshara-Token: \(address.token)"
      let json = "Content-Type: application/json"
      let body = #"{"id":"kn-1","verdict":"reject"}"#
      for (headers, status) in [
        ([key], 415), ([key, "Content-Type: text/plain"], 415),
        ([key, json, "Origin: http://evil.example"], 403),
        ([key, json, "Origin: http://127.0.0.1:1"], 403), ([key, json, "Origin: null"], 403),
        ([json], 403), ([key, json, "Origin: http://127.0.0.1"], 200),
      ] {
        let request = LoopbackRequest(
          method: "POST", target: "/api/reviews", headers: headers, body: body)
        let answer = try request.send(to: address.port)
        #expect(answer?.status == status, "\(headers)")
      }
    }
  }

  @Test func theServerListensOnTheLoopbackInterfaceAlone() async throws {
    let set = try ServedSet()
    try await set.serve(set.options) { address in
      // 127.0.0.2 is this machine, too, and would answer if the server listened everywhere.
      let (other, own) = (
        try LoopbackRequest().send(to: address.port, at: "127.0.0.2"),
        try LoopbackRequest().send(to: address.port, at: "127.0.0.1")
      )
      #expect(other == nil && own != nil)
    }
  }

  @Test func aPortThatIsTakenIsNamed() async throws {
    let set = try ServedSet()
    let port = try await set.serve(set.options) { address in
      // Nothing else takes the port of a server that runs.
      var options = set.options
      options.port = address.port
      let second = try ViewServer(options)
      let error = #expect(throws: AksharaError.self) { try second.run { _ in } }
      #expect(error?.code == .invalidOption)
      #expect(
        error?.description
          == "cannot listen on port \(address.port) of 127.0.0.1: address already in use; choose "
          + "another with --port, or leave it out to take one that is free")
      return address.port
    }
    #expect(port > 0)
  }

  @Test(arguments: [-1, 65536])
  func aPortThatCannotBeIsRefused(port: Int) throws {
    let set = try ServedSet()
    var options = set.options
    options.port = port
    #expect(throws: AksharaError.self) { try ViewServer(options) }
  }

  @Test func tokensAreLongAndNeverTheSame() {
    let tokens = (0..<100).map { _ in AccessToken() }
    #expect(tokens.allSatisfy { $0.text.count == 64 && $0.text.allSatisfy(\.isHexDigit) })
    #expect(Set(tokens.map(\.text)).count == 100)
    #expect(tokens[0].matches(tokens[0].text))
    #expect(!tokens[0].matches(tokens[1].text) && !tokens[0].matches(""))
    #expect(
      !tokens[0].matches(tokens[0].text + "0") && !tokens[0].matches(tokens[0].text.dropLast()))
  }

  @Test func theTunnelIsPrintedAfterALoginBySSH() {
    let address = ViewServer.Address(port: 4321, url: "http://127.0.0.1:4321/?token=x")
    #expect(
      address.tunnel(connection: "192.0.2.7 50000 192.0.2.9 22", user: "asha")
        == "ssh -N -L 4321:127.0.0.1:4321 asha@192.0.2.9")
    #expect(
      address.tunnel(connection: "192.0.2.7 50000 192.0.2.9 2222", user: "asha")
        == "ssh -p 2222 -N -L 4321:127.0.0.1:4321 asha@192.0.2.9")
    #expect(address.tunnel(connection: nil, user: "asha") == nil)
    #expect(address.tunnel(connection: "broken", user: "asha") == nil)
  }
}
