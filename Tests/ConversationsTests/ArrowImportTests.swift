import Artifacts
import Fixtures
import Foundation
import Testing

@testable import Artifacts
@testable import Conversations

@Suite struct ArrowImportTests {
  private let folder = TemporaryFolder()

  /// The folder of the files, if the plug-in is there to read them.
  private var files: String? {
    do {
      _ = try ArrowPlugin.get()
      return RepositoryPaths.file("Tests/Fixtures/Data")
    } catch {
      print("skipped: \(error)")
      return nil
    }
  }

  private static let rows = [
    #"{"messages":[{"role":"user","content":"ಹೇಗಿದ್ದೀರಿ? \"q\"\n"},{"role":"assistant","content":"చాలా బాగున్నాను"}],"source":"a","score":1.5,"n":1,"ok":true,"large":"x""#,
    #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null}],"source":"b","score":2.0,"n":-2,"ok":false,"large":null"#,
    #"{"messages":null,"source":"a","score":null,"n":null,"ok":null,"large":"z""#,
    #"{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"<|eot_id|>"}],"source":null,"score":null,"n":1099511627776,"ok":true,"large":"""#,
  ]

  @Test func rowsBecomeLinesOfJSON() throws {
    guard let files else { return }
    let views = [#""v1""#, #""a view that is longer than twelve bytes""#, "null", #""""#]
    for (name, hasViews) in [
      ("messages.parquet", false), ("messages-stream.arrow", true), ("messages-file.arrow", true),
    ] {
      let reader = try ArrowRowReader("\(files)/\(name)")
      var rows: [String] = []
      while let row = try reader.next() {
        rows.append(String(decoding: row.bytes, as: UTF8.self))
        #expect(row.number == rows.count)
      }
      let expected = zip(Self.rows, views).map { hasViews ? "\($0),\"view\":\($1)}" : $0 + "}" }
      #expect(rows == expected, "\(name)")
    }
  }

  @Test func rowsAreImportedAndSetAside() throws {
    guard let files else { return }
    for name in ["messages.parquet", "messages-stream.arrow", "messages-file.arrow"] {
      let result = try ImportCase(.auto, paths: ["\(files)/\(name)"])
      #expect(result.report.kind == .messages)
      #expect(result.report.read == 4)
      #expect(result.conversations.map(\.language) == ["te", "en"])
      #expect(result.quarantine.map { $0["line"]?.integer } == [2, 3])
      #expect(result.report.controlTokenTexts == 1)
    }
  }

  /// A file that is cut anywhere, or has a byte changed, gives an error or bad rows: never a crash.
  @Test func damagedFilesAreErrors() throws {
    guard let files else { return }
    for name in ["messages.parquet", "messages-stream.arrow", "messages-file.arrow"] {
      let whole = [UInt8](try Data(contentsOf: URL(filePath: "\(files)/\(name)")))
      let path = folder.file(name)
      for length in stride(from: 0, to: whole.count - 8, by: 97) {
        try AtomicFile.write(Array(whole[..<length]), to: path)
        let error = try? rows(of: path)
        // A stream may end behind any of its batches.
        if name != "messages-stream.arrow" { #expect(error == nil, "\(name) cut at \(length)") }
      }
      for place in stride(from: 0, to: whole.count, by: 61) {
        var bytes = whole
        bytes[place] ^= 0xFF
        try AtomicFile.write(bytes, to: path)
        _ = try? rows(of: path)
      }
    }
  }

  private func rows(of path: String) throws -> Int {
    let reader = try ArrowRowReader(path)
    var count = 0
    while try reader.next() != nil { count += 1 }
    return count
  }
}
