/// The control tokens of a template, found by its text and by what it makes of small conversations.
struct TemplateTokens {
  /// The one that opens every sequence, and stands nowhere else.
  let begin: String?
  /// The one that ends a plain answer.
  let end: String?
  /// Each once, in the order in which they are found.
  let all: [String]

  init(_ renderer: TemplateRenderer, text: String) {
    var found = renderer.matcher.tokens(in: Array(text.utf8))
    for variable in renderer.variables.tokens {
      found += renderer.matcher.tokens(in: Array(variable.text.utf8))
    }
    // A template may refuse some of them, such as one without tools.
    let probes = ProbeConversations.all.compactMap { conversation in
      try? renderer.atoms(of: conversation, addsGenerationPrompt: false)
    }
    found += probes.flatMap { $0.filter(\.isControl).map(\.bytes) }
    var seen: Set<[UInt8]> = []
    all = found.filter { seen.insert($0).inserted }.map { String(decoding: $0, as: UTF8.self) }
    begin = Self.begin(of: probes)
    let plain = try? renderer.atoms(of: ProbeConversations.all[0], addsGenerationPrompt: false)
    end = plain.flatMap(Self.end)
  }

  private static func begin(of probes: [[TemplateAtom]]) -> String? {
    guard let first = probes.first?.first, first.isControl else { return nil }
    let isAlone = probes.allSatisfy { atoms in
      atoms.first?.bytes == first.bytes && atoms.count { $0.bytes == first.bytes } == 1
    }
    return isAlone ? first.text : nil
  }

  /// The first control token behind the answer of the first probe.
  private static func end(of atoms: [TemplateAtom]) -> String? {
    guard let answer = atoms.lastIndex(where: { $0.data?.message == 1 }) else { return nil }
    return atoms[answer...].first { $0.isControl }?.text
  }
}
