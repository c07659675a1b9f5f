import Artifacts
import Batching
import Conversations
import Testing

@testable import Serving

/// What the page is told.
@Suite struct RowPageTests {
  /// The IDs of the rows that a query finds, when the scan is done.
  private func ids(_ address: ViewServer.Address, _ query: String) throws -> [String] {
    while true {
      let page = try address.json("/api/rows?\(query)")
      guard page["done"]?.bool != false else { continue }
      return (page["rows"]?.array ?? []).compactMap { $0["id"]?.string }
    }
  }

  @Test func theSetIsDescribed() async throws {
    let set = try ServedSet()
    try await set.serve(set.options) { address in
      let json = try address.json("/api/set")
      #expect(json["kind"]?.string == "shards")
      #expect(json["count"]?.integer == 3)
      #expect(
        json["splits"]
          == [["name": "train", "count": 2], ["name": "validation", "count": 1]])
      #expect(
        json["languages"]
          == [
            ["name": "en", "count": 1], ["name": "kn", "count": 1], ["name": "te", "count": 1],
          ])
      #expect(json["faults"]?.array?.count == SupervisionProof.Fault.allCases.count)
      #expect(json["faults"]?.array?.allSatisfy { $0["count"]?.integer == 0 } == true)
      let names = json["ledger"]?.array?.compactMap { bar in
        bar["group"]?.string.map { "\($0) \(bar["name"]?.string ?? "")" }
      }
      #expect(names?.first == "all ")
      #expect(names?.contains("language kn") == true && names?.contains("source b.jsonl") == true)
      for bar in json["ledger"]?.array ?? [] {
        let parts = ["supervised", "context", "truncated", "dropped"]
        #expect(
          parts.compactMap { bar[$0]?.integer }.reduce(0, +)
            == (bar["rendered"]?.integer ?? 0) + (bar["repeated"]?.integer ?? 0))
      }
    }
  }

  @Test func filtersAndSearchFindRows() async throws {
    let set = try ServedSet()
    try await set.serve(set.options) { address in
      for (query, expected) in [
        ("", ["kn-1", "te-1", "en-1"]), ("from=1&count=1", ["te-1"]), ("from=3", []),
        ("split=validation", ["en-1"]), ("language=kn", ["kn-1"]), ("language=", []),
        ("source=a.jsonl", ["kn-1", "te-1"]), ("tag=story", ["kn-1", "en-1"]),
        ("tag=stor", []), ("template=chatml", ["kn-1", "te-1", "en-1"]), ("template=llama3", []),
        ("control=1", ["en-1"]), ("fault=any", []),
        ("min_tokens=1&max_tokens=100000&split=train", ["kn-1", "te-1"]),
        ("max_tokens=2", []), ("min_share=100", []), ("max_share=99&language=te", ["te-1"]),
        ("review=none", ["kn-1", "te-1", "en-1"]), ("review=accept", []),
        // say; SAY asks for capitals; ID; ಕೃಷ್ಣ; a piece of the template
        ("search=say", ["en-1"]), ("search=SAY", []), ("search=te-1", ["te-1"]),
        ("search=%E0%B2%95%E0%B3%83%E0%B2%B7%E0%B3%8D%E0%B2%A3", ["kn-1"]),
        ("search=%3Cb%3Ebold%3C%2Fb%3E", ["en-1"]), ("search=no%20such%20words", []),
        ("search=i%20will&split=train", []), ("search=i%20will&split=validation", ["en-1"]),
      ] {
        let found = try ids(address, query)
        #expect(found == expected, "\(query)")
      }
    }
  }

  @Test func parametersThatCannotBeAreNamed() async throws {
    let set = try ServedSet()
    try await set.serve(set.options) { address in
      for (target, problem) in [
        ("/api/rows?from=-1", "`from` is not in 0…3: `-1`"),
        ("/api/rows?count=501", "`count` is not in 0…500: `501`"),
        ("/api/rows?colour=red", "there is no parameter `colour`"),
        ("/api/rows?min_tokens=many", "`min_tokens` is no count: `many`"),
        ("/api/row?row=3", "`row` is not in 0…2: `3`"), ("/api/row", "the row's number is missing"),
        ("/api/row?row=0&row=1", "there is no parameter `row`"),
        ("/api/row?row=99999999999999999999", "`row` is not in 0…2: `99999999999999999999`"),
        (
          "/api/comparison?row=0",
          "there is nothing to compare with; start with --compare-tokenizer or --compare-template"
        ),
      ] {
        let answer = try #require(try address.get(target))
        #expect(answer.status == 400)
        #expect(try JSONValue(parsing: answer.body)["error"]?.string == problem, "\(target)")
      }
    }
  }

  @Test func aRowHasItsTokensSpansAndAksharas() async throws {
    let set = try ServedSet()
    let shards = try ShardSet(set.folder.file("set"))
    try await set.serve(set.options) { address in
      for (row, place) in [(0, (Split.train, 0)), (1, (.train, 1)), (2, (.validation, 0))] {
        let record = try shards.record(place.0, place.1)
        let json = try address.json("/api/row?row=\(row)")
        #expect(json["id"]?.string == record.sample.conversationID)
        #expect(json["faults"] == [])
        let tokens = try #require(json["tokens"])
        #expect(tokens["text"]?.string == record.sample.text)
        #expect(
          tokens["ids"]?.array?.compactMap { $0.integer }
            == record.sample.inputIDs.map { Int64($0) })
        let ends = try #require(tokens["ends"]?.array?.compactMap { $0.integer })
        #expect(ends.count == record.sample.inputIDs.count)
        #expect(Int(ends.last ?? 0) == record.sample.text.utf8.count)
        // Parts are runs: [first, end, part, …], and cover every token.
        let parts = try #require(tokens["parts"]?.array)
        var labels: [Bool] = []
        for run in stride(from: 0, to: parts.count, by: 3) {
          let count = Int((parts[run + 1].integer ?? 0) - (parts[run].integer ?? 0))
          labels += [Bool](repeating: parts[run + 2].string == "supervised", count: count)
        }
        #expect(labels == record.sample.labels.map { $0 != ignoreIndex })
        #expect(tokens["spans"]?.array?.count == record.sample.spans.count)
      }
      // ಶ್ರೀ | ಕೃ | ಷ್ಣ …: with a tokenizer of English, Kannada letters are cut.
      let tokens = try address.json("/api/row?row=0")["tokens"]
      #expect((tokens?["aksharas"]?.integer ?? 0) > 0)
    }
  }

  @Test func verdictsAreKeptAndSeenByASecondServer() async throws {
    let set = try ServedSet()
    try await set.serve(set.options) { first in
      let answer = try #require(
        try first.post("/api/reviews", #"{"id":"kn-1","verdict":"reject","note":"ಚಿಕ್ಕದು"}"#))
      #expect(
        answer.body
          == #"{"review":{"verdict":"reject","note":"ಚಿಕ್ಕದು"},"reviews":{"accept":0,"reject":1}}"#)
      #expect(try ids(first, "review=reject") == ["kn-1"])
      #expect(try ids(first, "review=note&at=1") == ["kn-1"])
      for bad in ["", "{}", #"{"id":""}"#, #"{"id":"kn-1","verdict":"maybe"}"#, #"{"id":1}"#, "[]"]
      {
        #expect(try first.post("/api/reviews", bad)?.status == 400, "\(bad)")
      }
      // A conversation that the set lacks, with and without the number of a row.
      for other in [
        #"{"id":"kn-9","verdict":"accept"}"#, #"{"id":"kn","row":0,"verdict":"accept"}"#,
      ] {
        let refused = try #require(try first.post("/api/reviews", other))
        #expect(refused.status == 404, "\(other)")
        #expect(refused.body == #"{"error":"no row is of a conversation with this ID"}"#)
      }
      // The number is a hint, which may be wrong.
      for row in ["0", "2", "7", "-1", "null"] {
        let note = #"{"id":"kn-1","row":\#(row),"note":"ಚಿಕ್ಕದು"}"#
        #expect(try first.post("/api/reviews", note)?.status == 200, "\(row)")
      }
      #expect(try first.json("/api/set")["reviews"] == ["accept": 0, "reject": 1])
    }
    try await set.serve(set.options) { second in
      let file = try ReviewFile.existing(set.folder.file("set.verdicts.jsonl"))
      #expect(file["kn-1"] == Review(verdict: .reject, note: "ಚಿಕ್ಕದು"))
      // Another program writes while the page is open.
      try file.append(ReviewChange(id: "te-1", verdict: .set(.accept)))
      #expect(try second.json("/api/row?row=1")["review"] == ["verdict": "accept", "note": .null])
      #expect(try second.json("/api/set")["reviews"] == ["accept": 1, "reject": 1])
    }
  }

  @Test func twoTokenizersAreComparedOnARow() async throws {
    let set = try ServedSet()
    let path = set.folder.file("set")
    let options = ViewOptions(path, otherTokenizer: ServedSet.tokenizerPath)
    try await set.serve(options) { address in
      #expect(try address.json("/api/set")["comparison"]?.string == "base/tokenizer.json")
      let sides = try #require(try address.json("/api/comparison?row=0")["sides"]?.array)
      #expect(sides.map { $0["name"]?.string } == ["as sharded", "base/tokenizer.json"])
      // The same tokenizer makes the same row, token for token.
      #expect(sides[0]["tokens"] == sides[1]["tokens"])
      #expect(sides[1]["remarks"] == [])
    }
  }

  @Test func twoTemplatesAreComparedOnARow() async throws {
    let set = try ServedSet()
    let path = set.folder.file("set")
    let options = ViewOptions(path, otherTemplate: "completion")
    try await set.serve(options) { address in
      let sides = try #require(try address.json("/api/comparison?row=0")["sides"]?.array)
      #expect(sides[0]["tokens"]?["text"]?.string?.hasPrefix("<|im_start|>user") == true)
      let other = try #require(sides[1]["tokens"]?["text"]?.string)
      #expect(other.contains("ಶ್ರೀಕೃಷ್ಣ ಯಾರು?") && !other.contains("im_start"))
    }
    #expect(throws: AksharaError.self) {
      try ViewServer(ViewOptions(path, otherTemplate: "no-such-template"))
    }
  }

  @Test func conversationsAreShownBeforeTheyAreSharded() async throws {
    let set = try ServedSet()
    let lines = set.folder.file("mixed.jsonl")
    let good = ServedSet.conversations.map { $0.json.compactString }
    try AtomicFile.write(
      Array(([good[0], "", "{\"id\": broken", good[2]].joined(separator: "\n")).utf8), to: lines)
    try await set.serve(ViewOptions(lines)) { address in
      #expect(try address.json("/api/set")["tokenized"] == false)
      #expect(try ids(address, "") == ["kn-1", "", "en-1"])
      #expect(try ids(address, "search=will%20not") == ["en-1"])
      #expect(try ids(address, "fault=broken_record") == [""])
      let row = try address.json("/api/row?row=1")
      #expect(row["faults"]?.array?.first?["name"]?.string == "broken_record")
      #expect(row["number"]?.integer == 3)
      #expect(try address.json("/api/row?row=0")["messages"]?.array?.count == 2)
    }
    try await set.serve(ViewOptions(lines, tokenizer: ServedSet.tokenizerPath)) { address in
      let row = try address.json("/api/row?row=2")
      #expect(row["tokens"]?["text"]?.string?.hasPrefix("<|im_start|>user\nSay") == true)
      #expect(row["remarks"] == ["`<|im_end|>` in a message stays text × 1"])
      #expect(try ids(address, "control=1") == ["en-1"])
      #expect(try ids(address, "min_tokens=5") == ["kn-1", "en-1"])
    }
  }

  @Test(arguments: [".gz", ".zst"])
  func compressedConversationsAreUnpackedOnce(suffix: String) async throws {
    let set = try ServedSet()
    let path = set.folder.file("in.jsonl" + suffix)
    let writer = try ConversationWriter(path)
    for conversation in ServedSet.conversations { try writer.write(conversation) }
    try writer.commit()
    try await set.serve(ViewOptions(path)) { address in
      let found = try ids(address, "")
      #expect(found == ["kn-1", "te-1", "en-1"])
      #expect(
        try address.json("/api/row?row=1")["messages"]?.array?.first?["content"] == "నమస్తే")
    }
  }
}
