import Artifacts
import Fixtures
import Foundation
import Testing

/// What `view` says, and how it begins and ends.
@Suite struct ViewCommandTests {
  private let akshara = AksharaProcess()

  private func conversations(in folder: TemporaryFolder) throws -> String {
    let line = #"{"id":"a","messages":[{"role":"user","content":"one"},"#
    let answer = #"{"role":"assistant","content":"two"}]}"#
    try AtomicFile.write(Array((line + answer + "\n").utf8), to: folder.file("in.jsonl"))
    return folder.file("in.jsonl")
  }

  @Test func itServesUntilItIsInterrupted() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    let running = try akshara.start(["view", try conversations(in: folder), "--json"])
    let deadline = Date() + 60
    while running.outputSoFar.isEmpty, running.isRunning, Date() < deadline { usleep(20_000) }
    running.interrupt()
    let outcome = running.finish()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try JSONValue(parsing: outcome.output)
    let port = try #require(json["port"]?.integer)
    #expect(json["url"]?.string?.hasPrefix("http://127.0.0.1:\(port)/?token=") == true)
    #expect(outcome.errors.hasSuffix("Ctrl-C ends it\n"))
    // Nothing was said of any row, so no file of verdicts is left.
    #expect(!Path.exists(folder.file("in.jsonl.verdicts.jsonl")))
  }

  @Test func whatCannotBeShownIsNamed() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    let input = try conversations(in: folder)
    for (arguments, status, problem) in [
      ([folder.file("none")], 1, "there is no such file"),
      ([folder.path], 1, "this is not a shard set"),
      ([input, "--port", "70000"], 2, "there is no port 70000"),
      ([input, "--compare-template", "chatml"], 2, "rows cannot be compared without a tokenizer"),
      ([input, "--tokenizer", folder.file("none")], 1, "none"),
    ] {
      let outcome = try akshara.run(["view"] + arguments)
      #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.hasPrefix("akshara: "))
      #expect(outcome.errors.contains(problem), "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
    }
  }
}
