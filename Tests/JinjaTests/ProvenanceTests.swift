import Testing

@testable import Jinja

/// Where bytes come from, through every operation that texts go through.
@Suite struct ProvenanceTests {
  /// The pieces a template writes: template literals as they are, given bytes in brackets, computed
  /// ones in braces.
  private func pieces(_ source: String) throws -> String {
    let given = Origin(rawValue: 7)
    let variables: [(name: String, value: Value)] = [
      ("x", .text(Text(" ಕx-y ", origin: given))),
      ("d", .dict(DictValue([.init(.text(Text("k", origin: given)), .integer(1))], origin: given))),
    ]
    let date = try #require(CivilDate("2024-07-26"))
    let rendering = try Template(source).render(variables, date: date)
    var result = ""
    var last: Origin?
    for piece in rendering.pieces {
      let text = piece.withBytes { String(decoding: $0, as: UTF8.self) }
      let (open, close) =
        piece.origin == .template ? ("", "") : piece.origin == given ? ("[", "]") : ("{", "}")
      if piece.origin == last, result.hasSuffix(close), !close.isEmpty {
        result.removeLast()
        result += text + close
      } else {
        result += open + text + close
      }
      last = piece.origin
    }
    return result
  }

  @Test(arguments: [
    ("a{{ x }}b", "a[ ಕx-y ]b"),
    ("{{ '<' + x.strip() + '>' }}", "<[ಕx-y]>"),
    ("{{ x | trim | upper }}", "[ಕX-Y]"),
    ("{{ x.split('-')[1] ~ '|' ~ x[1:2] }}", "[y ]|[ಕ]"),
    ("{{ ('a' ~ x ~ 'b')[1:-1] }}", "[ ಕx-y ]"),
    ("{{ x.replace('x', 'STOP') }}", "[ ಕSTOP-y ]"),
    ("{{ '<name>'.replace('name', x.strip()) }}", "<[ಕx-y]>"),
    ("{{ ['a', x] | join(', ') }}", "a, [ ಕx-y ]"),
    ("{{ x | tojson }}", "[\" ಕx-y \"]"),
    ("{{ d | tojson }}", "[{\"k\": 1}]"),
    ("{{ d }}", "[{'k': 1}]"),
    ("{{ '%s!' % x }}{{ '{}?'.format(x) }}", "[ ಕx-y ]![ ಕx-y ]?"),
    ("{{ 1 }}{{ d.k }}a", "{11}a"),
    ("{% set y %}({{ x }}){% endset %}{{ y }}", "([ ಕx-y ])"),
    ("{{ x[5:] }}|{{ ''.join([]) }}|", "[ ]||"),
  ])
  func bytesKeepTheirOrigin(_ source: String, _ expected: String) throws {
    #expect(try pieces(source) == expected)
  }

  @Test func whatIsWrittenKnowsTheObjectInFocus() throws {
    let messages = (0..<3).map { index in
      Value.dict(
        DictValue(
          [.init(.text(Text("c")), .text(Text("m\(index)", origin: Origin(rawValue: 0))))],
          mark: Int32(index)))
    }
    let source =
      "a{% for m in messages[::-1] %}<{{ m.c }}{% for i in [1] %}>{% endfor %}{% endfor %}"
      + "{% for i in range(3) %}{% set m = messages[i] %}({{ m.c }}){% endfor %}z"
    let date = try #require(CivilDate("2024-07-26"))
    let rendering = try Template(source).render([("messages", .list(messages))], date: date)
    let owners = rendering.pieces.map { piece in
      piece.withBytes { String(decoding: $0, as: UTF8.self) } + "\(piece.written)"
    }
    #expect(
      owners == [
        "a-1", "<2", "m22", ">2", "<1", "m11", ">1", "<0", "m00", ">0", "(0", "m00", ")0", "(1",
        "m11", ")1", "(2", "m22", ")2", "z-1",
      ])
  }

  @Test(arguments: [
    "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
    "{% set ns = namespace(t='aaaaaaaa') %}{% for i in range(60) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
    "{{ 'a' * 10000000000 }}",
    "{{ 'a'.center(10000000000) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ " + String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000) + " }}",
    "{{ 9223372036854775807 + 1 }}",
  ])
  func templatesUseNoMoreThanTheyAreGranted(_ source: String) throws {
    var limits = Limits()
    limits.steps = 100_000
    limits.bytes = 1 << 20
    let date = try #require(CivilDate("2024-07-26"))
    let error = #expect(throws: JinjaError.self) {
      try Template(source).render([], date: date, limits: limits)
    }
    #expect(error?.kind == .limit || error?.kind == .unsupported)
  }
}
