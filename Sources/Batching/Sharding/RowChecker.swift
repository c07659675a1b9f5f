internal import Artifacts
internal import Conversations
internal import Tokenization

/// Finds what is wrong with single rows of a shard set.
struct RowChecker: Sendable {
  typealias Fault = SupervisionProof.Fault

  private let options: FormatOptions
  private let templates: [String: TemplateTokens]
  private let vocabularyCount: Int
  private let tokenizer: any Tokenizer

  /// The control tokens of a template as IDs.
  private struct TemplateTokens: Sendable {
    let begin: TokenID?
    let endOfTurn: TokenID?
    let all: Set<TokenID>
  }

  init(_ manifest: ShardManifest, tokenizer: any Tokenizer) {
    options = manifest.options
    vocabularyCount = tokenizer.vocabularyCount
    self.tokenizer = tokenizer
    let pairs = manifest.templates.map { template in
      let tokens = TemplateTokens(
        begin: template.beginToken.flatMap { tokenizer.specialToken($0) },
        endOfTurn: tokenizer.specialToken(template.endOfTurnToken),
        all: Set(template.controlTokens.compactMap { tokenizer.specialToken($0) }))
      return (template.name, tokens)
    }
    templates = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  /// The faults of all rows of a batch, in order; each kind at most once a row.
  func check(_ batch: ShardBatch) -> [(row: Int, fault: Fault, detail: String, id: String)] {
    (0..<batch.rowCount).flatMap { row in
      var seen: Set<Fault> = []
      return check(batch, row).filter { seen.insert($0.0).inserted }
        .map { (row, $0.0, $0.1, batch.id(row)) }
    }
  }

  /// Every fault of one row.
  func check(_ batch: ShardBatch, _ index: Int) -> [(Fault, String)] {
    let ids = batch.inputIDs(index)
    if let fault = columnFault(batch, index, ids) { return [fault] }
    let spans: [SampleSpan]
    do { spans = try batch.spans(index) } catch {
      return [(.spansDoNotCover, "a span lies outside of the row")]
    }
    guard let template = templates[batch.template(index)] else {
      return [(.controlTokenFromData, "the manifest does not know its template")]
    }
    if let problem = coverFault(spans, tokens: ids.count, bytes: batch.text(index).count) {
      return [(.spansDoNotCover, problem)]
    }
    var row = RowFacts(
      ids: ids, labels: batch.labels(index), text: batch.text(index), spans: spans)
    guard row.place(with: tokenizer) else {
      return [(.supervisedTextDiffers, "the tokens do not decode to the text")]
    }
    return labelFaults(row) + controlFaults(row, template) + headerFaults(row)
      + endFaults(row, template)
  }

  private func columnFault(
    _ batch: ShardBatch, _ index: Int, _ ids: UnsafeBufferPointer<TokenID>
  ) -> (Fault, String)? {
    if ids.isEmpty || ids.count > options.maxLength {
      return (.wrongLength, "\(ids.count) tokens, where 1 to \(options.maxLength) are allowed")
    }
    if batch.labels(index).count != ids.count
      || batch.attentionMask(index).contains(where: { $0 != 1 })
    {
      return (.wrongLength, "the attention mask is not 1 everywhere")
    }
    guard let bad = ids.first(where: { $0 < 0 || $0 >= TokenID(vocabularyCount) }) else {
      return nil
    }
    return (.tokenOutsideVocabulary, "token \(bad) of \(vocabularyCount)")
  }

  private func coverFault(_ spans: [SampleSpan], tokens: Int, bytes: Int) -> String? {
    var (token, byte) = (0, 0)
    for span in spans {
      guard span.tokens.lowerBound == token, span.bytes.lowerBound == byte else {
        return "token \(token), byte \(byte): a gap or an overlap"
      }
      (token, byte) = (span.tokens.upperBound, span.bytes.upperBound)
    }
    return token == tokens && byte == bytes ? nil : "they end at token \(token), byte \(byte)"
  }

  /// Every label must be what the spans' bytes say, and something must be supervised.
  private func labelFaults(_ row: RowFacts) -> [(Fault, String)] {
    var faults: [(Fault, String)] = []
    var supervised = 0
    for (index, label) in row.labels.enumerated() {
      if label != ignoreIndex {
        supervised += 1
        if label != row.ids[index] {
          faults.append((.labelDiffersFromToken, "token \(index) has the label \(label)"))
        }
      }
      let touched = row.spans(touching: index)
      let some = touched.contains { $0.supervised }
      let all = touched.allSatisfy { $0.supervised }
      let wanted = options.border == .asTransformers ? some : all
      if wanted != (label != ignoreIndex) {
        let word = wanted ? "not supervised" : "supervised"
        faults.append((.supervisedTextDiffers, "token \(index) is \(word)"))
      }
      if options.border == .cutAtAnswer, some != all, touched.contains(where: \.isAnswer) {
        faults.append((.supervisedTextDiffers, "token \(index) lies across an answer's border"))
      }
    }
    if supervised == 0 { faults.append((.noSupervisedToken, "\(row.ids.count) tokens of context")) }
    return faults
  }

  /// Control tokens stand only where the template writes them, and the begin token only in front.
  private func controlFaults(
    _ row: RowFacts, _ template: TemplateTokens
  ) -> [(Fault, String)] {
    var faults: [(Fault, String)] = []
    for span in row.spans {
      for index in span.tokens where tokenizer.isSpecial(row.ids[index]) {
        if span.kind == .content || !template.all.contains(row.ids[index]) {
          faults.append((.controlTokenFromData, "token \(index) is \(row.ids[index])"))
        }
      }
    }
    if let begin = template.begin, begin != template.endOfTurn {
      let places = row.ids.indices.filter { row.ids[$0] == begin }
      if places != [0] { faults.append((.misplacedBeginToken, "at \(places), not at 0")) }
    }
    return faults
  }

  /// Headers and separators are trained on only where everything is.
  private func headerFaults(_ row: RowFacts) -> [(Fault, String)] {
    guard options.trainOn != .all else { return [] }
    let span = row.spans.first {
      $0.supervised && ($0.kind == .header || $0.kind == .separator || $0.kind == .begin)
    }
    return span.map { [(.supervisedHeader, "tokens \($0.tokens)")] } ?? []
  }

  /// Behind each supervised answer stands the template's end token, supervised as the options say.
  /// Only the last message may lack it, and only where rows are cut.
  private func endFaults(_ row: RowFacts, _ template: TemplateTokens) -> [(Fault, String)] {
    var faults: [(Fault, String)] = []
    let answers = row.supervisedMessages
    for message in answers {
      let ends = row.spans.filter { $0.message == message && $0.kind == .endOfTurn }
      guard let end = ends.first, ends.count == 1 else {
        let isCut = options.truncation == .right && row.isLast(message) && ends.isEmpty
        let isPrompt = row.isPrompt(message)
        if !isCut && !isPrompt { faults.append((.unsupervisedEndOfTurn, "message \(message)")) }
        continue
      }
      let isTemplates =
        end.tokens.count == 1 && row.ids[end.tokens.lowerBound] == template.endOfTurn
      let wanted =
        switch options.trainOnEOS {
        case .turn: true
        case .last: message == answers.last
        case .none: false
        }
      // The last answer of a row that was cut may not be the last of the conversation.
      let mayLack = options.trainOnEOS == .last && options.truncation == .right
      if !isTemplates || wanted != end.supervised && !mayLack {
        faults.append((.unsupervisedEndOfTurn, "message \(message), tokens \(end.tokens)"))
      }
    }
    return faults
  }
}
