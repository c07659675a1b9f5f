import Artifacts
import Fixtures
import Foundation
import Testing

/// Sets of other tools' under templates in files, as `labels verify` and `shard --from` take them.
@Suite struct ForeignTemplateTests {
  private let akshara = AksharaProcess()

  private static let template =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}"
    + "{% if m.role == 'assistant' %}{% generation %}{{ m.content + '<|im_end|>' }}{% endgeneration %}"
    + "{% else %}{{ m.content + '<|im_end|>' }}{% endif %}{{ '\\n' }}{% endfor %}"
    + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"

  /// A model's folder, conversations as OpenAI writes them, and their rows as another tool's.
  private func makeSet(_ akshara: AksharaProcess, in folder: TemporaryFolder) throws {
    try AtomicFile.write(Array("ಒಂದು ಎರಡು one two\n".utf8), to: folder.file("text.txt"))
    let trained = try akshara.run([
      "tokenizer", "train", folder.file("text.txt"), "--output", folder.file("model"),
      "--vocab-size", "270", "--special", "<|im_start|>", "<|im_end|>",
    ])
    #expect(trained.status == 0, "\(trained.errors)")
    try AtomicFile.write(Array(Self.template.utf8), to: folder.file("chat.jinja"))
    let named: JSONValue = [
      "eos_token": "<|im_end|>",
      "chat_template": [
        ["name": "default", "template": "{{ 'other<|im_end|>' + messages[0].content }}"],
        ["name": "chat", "template": .string(Self.template)],
      ],
    ]
    try AtomicFile.write(named.pretty, to: folder.file("named/tokenizer_config.json"))
    // The limit of a tokenizer that has none, as transformers writes it.
    let single =
      #"{"model_max_length": 1000000000000000019884624838656, "eos_token": "<|im_end|>", "chat_template": "#
      + JSONValue.string(Self.template).compactString + "}"
    try AtomicFile.write(Array(single.utf8), to: folder.file("model/tokenizer_config.json"))
    let rows = [
      #"{"messages":[{"role":"user","content":"ಒಂದು"},{"role":"assistant","content":"two"}]}"#,
      #"{"messages":[{"role":"user","content":"one"},{"role":"assistant","content":"ಎರಡು <|im_end|>"}]}"#,
    ]
    try AtomicFile.write(
      Array(rows.joined(separator: "\n").utf8), to: folder.file("in.jsonl"))
    let made = try akshara.run([
      "shard", folder.file("in.jsonl"), "--tokenizer", folder.file("model"), "--template",
      folder.file("model"), "--border", "as_transformers", "--output", folder.file("set"),
    ])
    #expect(made.status == 0, "\(made.errors)")
    let shown = try akshara.run(["labels", "show", folder.file("set"), "--json"])
    try AtomicFile.write(Array(shown.output.utf8), to: folder.file("theirs.jsonl"))
  }

  @Test func filesFoldersAndNamesAreTemplatesOfOtherSetsToo() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try makeSet(akshara, in: folder)
    let knowledge = [
      "--tokenizer", folder.file("model"), "--conversations", folder.file("in.jsonl"),
    ]
    for template in [
      "chat.jinja", "model", "model/", "model/tokenizer_config.json", "named:chat",
      "named/tokenizer_config.json:chat",
    ] {
      let arguments = knowledge + ["--template", folder.file(template)]
      let verified = try akshara.run(["labels", "verify", folder.file("theirs.jsonl")] + arguments)
      #expect(verified.status == 0, "\(template): \(verified.errors)")
      #expect(verified.errors.hasSuffix("2 rows checked: proven\n"), "\(template)")
      let rewritten = try akshara.run(
        ["shard", "--from", folder.file("theirs.jsonl"), "--output", folder.file("ours")]
          + arguments)
      #expect(rewritten.status == 0, "\(template): \(rewritten.errors)")
    }
    let other = try akshara.run(
      ["labels", "verify", folder.file("theirs.jsonl"), "--template", folder.file("named")]
        + knowledge)
    #expect(other.status == 3 && other.errors.contains("other_tokens"), "\(other.errors)")
    let unknown = try akshara.run(
      ["labels", "verify", folder.file("theirs.jsonl"), "--template", folder.file("named:no")]
        + knowledge)
    #expect(unknown.status == 2 && unknown.errors.contains("it has: default, chat"))
  }

  /// A template that writes what ends an answer in front of the next message: a set that trains on it
  /// is right, and one that does not is wrong.
  @Test func endsInFrontOfTheNextMessageAreTheAnswers() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try makeSet(akshara, in: folder)
    let template =
      "{% for m in messages %}{% if not loop.first %}{{ '<|im_end|>' }}{% endif %}"
      + "{{ '<|im_start|>' + m.role + '\\n' + m.content }}{% endfor %}{{ '<|im_end|>' }}"
      + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
    try AtomicFile.write(Array(template.utf8), to: folder.file("late.jinja"))
    func message(_ role: String, _ text: String) -> JSONValue {
      ["role": .string(role), "content": .string(text)]
    }
    let turns: JSONValue = [
      "messages": [
        message("user", "one"), message("assistant", "ಎರಡು"), message("tool", "two"),
        message("assistant", "two"),
      ]
    ]
    try AtomicFile.write(turns.compact, to: folder.file("turns.jsonl"))
    let common = [
      "--tokenizer", folder.file("model"), "--template", folder.file("late.jinja"),
    ]
    let made = try akshara.run(
      ["shard", folder.file("turns.jsonl"), "--output", folder.file("late")] + common)
    #expect(made.status == 0, "\(made.errors)")
    let shown = try akshara.run(["labels", "show", folder.file("late"), "--json"])
    var row = try JSONValue(parsing: shown.output)
    let ids = row["input_ids"]?.array ?? []
    let labels = row["labels"]?.array ?? []
    let ends = ids.indices.filter { ids[$0] == ids.last }
    #expect(ends.map { labels[$0] == ids[$0] } == [false, true, false, true])
    func verify(_ labels: [JSONValue]) throws -> AksharaProcess.Outcome {
      row = ["input_ids": .array(ids), "labels": .array(labels)]
      try AtomicFile.write(row.compact, to: folder.file("theirs.jsonl"))
      return try akshara.run(
        [
          "labels", "verify", folder.file("theirs.jsonl"), "--conversations",
          folder.file("turns.jsonl"),
        ] + common)
    }
    let right = try verify(labels)
    #expect(right.status == 0 && right.errors.hasSuffix("1 rows checked: proven\n"))
    var wrong = labels
    wrong[ends[1]] = -100
    let found = try verify(wrong)
    #expect(found.status == 3 && found.errors.contains("other_labels"), "\(found.errors)")
  }

  /// Bytes that are no UTF-8 never reach a template, whatever stands around them.
  @Test func controlTokensInBrokenUTF8AreRefusedWithTheirLine() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try makeSet(akshara, in: folder)
    let good = Array(
      #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#.utf8)
    for broken: [UInt8] in [
      [0xFF], [0xE0, 0xB2], [0xC0, 0xBC], [0xED, 0xA0, 0x80], [0xF5, 0x80],
    ] {
      for place in ["<|im_end|>", "<|im_", "end|>"] {
        let line =
          Array(#"{"messages":[{"role":"user","content":""#.utf8) + Array(place.utf8) + broken
          + Array(#"<|im_end|>"},{"role":"assistant","content":"b"}]}"#.utf8)
        try AtomicFile.write(
          good + [0x0A] + line + [0x0A], to: folder.file("broken.jsonl"))
        let outcome = try akshara.run([
          "shard", folder.file("broken.jsonl"), "--tokenizer", folder.file("model"), "--template",
          folder.file("chat.jinja"), "--output", folder.file("broken"),
        ])
        #expect(outcome.status == 1, "\(broken) behind \(place)")
        #expect(outcome.errors.contains("broken.jsonl:2"), "\(outcome.errors)")
        #expect(!Path.exists(folder.file("broken")))
      }
    }
  }
}
