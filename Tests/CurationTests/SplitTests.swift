import Artifacts
import Conversations
import Testing

@testable import Curation

@Suite struct SplitTests {
  private func rows(_ count: Int, groups: Int, language: String = "kn") -> [Conversation] {
    (0..<count).map { index in
      var row = Conversation.pair("q\(language)\(index)", "a")
      row.group = "\(language)-\(index % groups)"
      row.language = language
      return row
    }
  }

  @Test(arguments: [0, 1, 7, 42])
  func noGroupStandsOnBothSides(seed: Int) throws {
    let input = rows(90, groups: 30) + rows(60, groups: 20, language: "te")
    let result = try CurationCase(input) {
      $0.seed = seed
      $0.validationFraction = 0.2
      $0.testFraction = 0.1
    }
    var sides: [String: Set<Split?>] = [:]
    for row in result.kept { sides[row.group ?? "", default: []].insert(row.split) }
    #expect(sides.values.allSatisfy { $0.count == 1 && $0.first != .some(nil) })
    #expect(result.report.groups == ["train": 35, "validation": 10, "test": 5])
    let held = result.kept.filter { $0.split == .validation }
    #expect(Set(held.filter { $0.language == "kn" }.map(\.group)).count == 6)
    #expect(Set(held.filter { $0.language == "te" }.map(\.group)).count == 4)
  }

  @Test func theSeedDecidesAndOrderDoesNot() throws {
    func held(_ rows: [Conversation], seed: Int) throws -> Set<String?> {
      let kept = try CurationCase(rows) { $0.seed = seed }.kept
      return Set(kept.filter { $0.split == .validation }.map(\.group))
    }
    let input = rows(60, groups: 60)
    #expect(try held(input, seed: 1) == held(input.reversed(), seed: 1))
    #expect(try held(input, seed: 1) != held(input, seed: 2))
  }

  @Test(arguments: [(2, 1), (3, 1), (1, 0), (100, 1)])
  func oneOfSeveralGroupsIsHeldOutHoweverSmallTheFraction(groups: Int, held: Int) throws {
    let result = try CurationCase(rows(groups, groups: groups)) { $0.validationFraction = 0.001 }
    #expect(result.report.groups["validation"] == held)
    #expect(result.report.groups["train"] == groups - held)
  }

  @Test func languagesWithOneGroupEachStillGiveOneHeldOut() throws {
    let result = try CurationCase(rows(1, groups: 1) + rows(1, groups: 1, language: "te"))
    #expect(result.report.groups == ["train": 1, "validation": 1, "test": 0])
  }

  @Test func oneGroupAlwaysStaysForTraining() throws {
    let result = try CurationCase(rows(4, groups: 2)) { $0.validationFraction = 0.99 }
    #expect(result.report.groups == ["train": 1, "validation": 1, "test": 0])
  }

  @Test func noFractionMeansNothingHeldOut() throws {
    let result = try CurationCase(rows(50, groups: 50)) { $0.validationFraction = 0 }
    #expect(result.report.groups == ["train": 50, "validation": 0, "test": 0])
  }

  @Test func aSideThatIsGivenStays() throws {
    var input = rows(20, groups: 20)
    for index in 0..<5 { input[index].split = .test }
    let result = try CurationCase(input) { $0.validationFraction = 0.2 }
    #expect(result.kept.prefix(5).allSatisfy { $0.split == .test })
    #expect(result.report.groups == ["train": 12, "validation": 3, "test": 5])
  }

  @Test func anIdentifierAndAGroupOfOneNameAreTwoGroups() throws {
    var grouped = Conversation.pair("a", "b", id: "1")
    grouped.group = "2"
    let result = try CurationCase([grouped, .pair("c", "d", id: "2")])
    #expect(result.report.groups == ["train": 1, "validation": 1, "test": 0])
  }
}
