internal import Foundation
package import Tokenization

/// Several tokenizers side by side on one page: self-contained, no outside requests.
package struct TokenizerReportPage: Sendable {
  private let comparison: TokenizerComparison
  private let context: Int

  /// A page; `context` is the number of tokens of the context window that it speaks of.
  package init(_ comparison: TokenizerComparison, context: Int) {
    self.comparison = comparison
    self.context = context
  }

  /// The page's bytes.
  package var bytes: [UInt8] { Array(html.description.utf8) }

  private var html: HTML {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>Tokenizers side by side · Akshara report</title>
    <style>\(HTML(ReportStyle.css + Self.css))</style></head><body>
    <header><h1>Tokenizers side by side</h1>
    <p class="quiet">\(comparison.names.joined(separator: " · "))</p></header>
    <main>\(HTML.joined(sections))</main></body></html>

    """
  }

  private static let css = """

    .number-cell { text-align: right; } .pieces { line-height: 2.1; }
    .piece { border-radius: .25rem; padding: .1rem .15rem; white-space: pre-wrap; }
    .piece:nth-child(even) { background: var(--supervised); }
    .piece:nth-child(odd) { background: var(--panel); }
    rect.bar-0 { fill: var(--one); } rect.bar-1 { fill: var(--two); }
    rect.bar-2 { fill: var(--special); } rect.bar-3 { fill: var(--quiet); }
    svg text { fill: var(--ink); font-size: 13px; }
    """

  private var sections: [HTML] {
    [
      section(
        "Tokens a word", [chart(places: 2) { $0.tokensPerWord }],
        "Fewer is better: a word is a stretch of text without white space."),
      section(
        "Token borders inside an akshara",
        [chart(places: 1, unit: " %") { $0.bordersInAksharas * 100 }],
        "What share of the borders between tokens tears a written syllable apart."),
      section(
        "What it means", [consequences],
        "A context window of \(NumberText.count(context)) tokens, and the cost of the same text where "
          + "each token costs the same, as a multiple of \(comparison.names[0])."),
      section("By language", [table(comparison.byLanguage, showsSource: false)], ""),
      section("By source", [table(comparison.bySource, showsSource: true)], ""),
      section(
        "The same text, cut", comparison.byLanguage.map(example),
        "Each colour is a token; ‹E0 B2› is one that holds only a part of a character."),
      section("The tokenizers", [tokenizers], ""),
    ]
  }

  private func section(_ title: String, _ body: [HTML], _ note: String) -> HTML {
    "<section><h2>\(title)</h2><p class=\"quiet\">\(note)</p>\(HTML.joined(body))</section>"
  }

  private func languageName(_ tag: String) -> String {
    switch tag {
    case "kn": "Kannada"
    case "te": "Telugu"
    case "en": "Latin letters"
    case "mul": "mixed scripts"
    case "und": "no letters"
    default: tag
    }
  }

  // MARK: Charts

  private func chart(
    places: Int, unit: String = "", _ value: (TokenRates) -> Double
  ) -> HTML {
    let groups = comparison.byLanguage.map { group in
      BarChart.Group(
        name: languageName(group.language),
        values: comparison.names.indices.map { value(TokenRates(group, $0)) })
    }
    return BarChart(names: comparison.names, groups: groups, places: places, unit: unit).html
  }

  // MARK: Tables

  private var consequences: HTML {
    let header =
      ["language"] + comparison.names.flatMap { ["words in the context, \($0)", "cost, \($0)"] }
    return .table(
      header,
      comparison.byLanguage.map { group in
        ["\(languageName(group.language))"]
          + comparison.names.indices.flatMap { index -> [HTML] in
            let rates = TokenRates(group, index)
            return [
              "\(NumberText.count(rates.words(in: context)))",
              "\(NumberText.decimal(rates.cost, 2))",
            ]
          }
      })
  }

  private func table(_ groups: [TokenizerComparison.Group], showsSource: Bool) -> HTML {
    let header =
      ["language"] + (showsSource ? ["source"] : []) + [
        "words", "tokenizer", "tokens", "tokens a word", "tokens an akshara", "bytes a token",
        "borders in characters", "borders in aksharas",
      ]
    return .table(
      header,
      groups.flatMap { group in
        comparison.names.indices.map { row(group, $0, showsSource: showsSource) }
      })
  }

  private func row(
    _ group: TokenizerComparison.Group, _ index: Int, showsSource: Bool
  ) -> [HTML] {
    let rates = TokenRates(group, index)
    let source: [HTML] = showsSource ? ["<code>\(group.source)</code>"] : []
    return ["\(languageName(group.language))"] + source + [
      "\(NumberText.count(group.text.words))", "\(comparison.names[index])",
      "\(NumberText.count(group.tokens[index].tokens))",
      "\(NumberText.decimal(rates.tokensPerWord, 2))",
      "\(NumberText.decimal(rates.tokensPerAkshara, 2))",
      "\(NumberText.decimal(rates.bytesPerToken, 2))",
      "\(NumberText.percent(rates.bordersInCharacters))",
      "\(NumberText.percent(rates.bordersInAksharas))",
    ]
  }

  private func example(_ group: TokenizerComparison.Group) -> HTML {
    let rows = comparison.names.indices.map { index -> HTML in
      let pieces = comparison.exampleTokens(of: group, tokenizer: index)
      let spans = pieces.map { piece -> HTML in "<span class=\"piece\">\(piece)</span>" }
      return """
        <p class="quiet">\(comparison.names[index]): \(NumberText.count(pieces.count)) tokens</p>
        <p class="pieces" lang="\(group.language)">\(HTML.joined(spans, separator: ""))</p>
        """
    }
    return "<h3>\(languageName(group.language))</h3>\(HTML.joined(rows))"
  }

  private var tokenizers: HTML {
    .table(
      ["name", "tokens in the vocabulary", "digest"],
      comparison.names.indices.map {
        [
          "\(comparison.names[$0])", "\(NumberText.count(comparison.vocabularyCounts[$0]))",
          "<code>\(comparison.digests[$0])</code>",
        ]
      })
  }
}
