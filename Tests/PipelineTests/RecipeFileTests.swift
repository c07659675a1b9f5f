import Artifacts
import Fixtures
import Foundation
import Testing

@testable import Pipeline

@Suite struct RecipeFileTests {
  private func file(_ text: String) throws -> (RecipeFile, TemporaryFolder) {
    let folder = TemporaryFolder()
    try text.write(toFile: folder.file("r.yaml"), atomically: true, encoding: .utf8)
    return (try RecipeFile(folder.file("r.yaml")), folder)
  }

  @Test func readsScalarsByTheCoreSchema() throws {
    let (recipe, _) = try file("a: no\nb: 2e-4\nc: 7\nd: '7'\ne: true\nf: ~\ng: [x, 1]\n")
    #expect(
      recipe.root.json.compactString
        == #"{"a":"no","b":0.0002,"c":7,"d":"7","e":true,"f":null,"g":["x",1]}"#)
  }

  @Test func knowsTheLineOfEveryKey() throws {
    let (recipe, _) = try file("a: 1\n\nb:\n  c: 2\n")
    guard case .table(let entries) = recipe.root.value,
      case .table(let inner) = entries[1].node.value
    else { return #expect(Bool(false), "not a table") }
    #expect(entries.map(\.node.location.line) == [1, 3])
    #expect(inner[0].node.location.line == 4)
  }

  @Test func setsNestedValues() throws {
    var (recipe, _) = try file("a:\n  b: 1\n")
    try recipe.set("a.b=[2, x]")
    try recipe.set("c.d=1e-4")
    #expect(recipe.root.json.compactString == #"{"a":{"b":[2,"x"]},"c":{"d":0.0001}}"#)
    #expect(throws: AksharaError.self) { try recipe.set("nothing") }
  }

  @Test func saysWhereYAMLIsBroken() throws {
    let error = #expect(throws: AksharaError.self) { try file("a: 1\n b: [2\n") }
    #expect(error?.location?.line != nil)
    #expect(error?.code == .malformed)
  }

  @Test func namesAKeyThatStandsTwice() {
    let error = #expect(throws: AksharaError.self) { try file("a: 1\nb:\n  c: 1\n  c: 2\n") }
    #expect(error?.message == "the key `c` stands twice in a table")
  }

  @Test func aliasesThatMultiplyAreRefused() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<9 {
      let names = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(names)]\n"
    }
    let error = #expect(throws: AksharaError.self) { try file(text) }
    #expect(error?.code == .malformed)
  }
}

/// Which files a recipe needs.
@Suite struct RecipeUseTests {
  private let folder = TemporaryFolder()

  private func recipe(for use: Recipe.Use) throws -> Recipe {
    let text = """
      project: p
      base_model: \(RepositoryPaths.root)/samples/base
      tokenizer: {path: gone/tokenizer.json}
      sources:
        - {path: gone/*.jsonl, kind: dolly}
        - {path: here.jsonl, kind: dolly}
        - {path: hf://datasets/owner/name, kind: dolly}
      evaluation: {prompts: gone.jsonl}
      """
    try AtomicFile.write(Array(text.utf8), to: folder.file("r.yaml"))
    try AtomicFile.write([], to: folder.file("here.jsonl"))
    return try Recipe(try RecipeFile(folder.file("r.yaml")), for: use) { repository in
      throw AksharaError(.unreadable, "asked for \(repository.id)")
    }
  }

  @Test func aRunNeedsItsSources() {
    let error = #expect(throws: AksharaError.self) { try recipe(for: .run) }
    #expect(error?.code == .missingFile && error?.message.contains("gone/*.jsonl") == true)
  }

  @Test func theTrainingAloneNeedsNoSources() throws {
    let recipe = try recipe(for: .trainingAlone)
    #expect(try recipe.sourceFiles.map(\.name) == ["here.jsonl"])
    #expect(recipe.absentSources == [["gone/*.jsonl"], ["hf://datasets/owner/name"]])
  }
}
