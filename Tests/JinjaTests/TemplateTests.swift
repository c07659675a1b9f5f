import Testing

@testable import Jinja

@Suite struct TemplateTests {
  /// What a template gives for `x` = "ಕನ್ನಡ" and `items` = [1, 2, 3].
  private func render(_ source: String) throws -> String {
    let variables: [(name: String, value: Value)] = [
      ("x", .text(Text("ಕನ್ನಡ", origin: Origin(rawValue: 0)))),
      ("items", .list([.integer(1), .integer(2), .integer(3)])),
    ]
    let date = try #require(CivilDate("2024-07-26"))
    return String(
      decoding: try Template(source).render(variables, date: date).bytes, as: UTF8.self)
  }

  @Test(arguments: [
    (
      "{% for i in items if i != 2 %}{{ loop.index }}:{{ i }};{% else %}none{% endfor %}",
      "1:1;2:3;"
    ),
    ("{{ x | length }} {{ x[0] }} {{ x[::-1] | length }}", "5 ಕ 5"),
  ])
  func rendersAsJinja2(_ source: String, _ expected: String) throws {
    #expect(try render(source) == expected)
  }
}
