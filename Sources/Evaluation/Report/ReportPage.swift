internal import Batching
internal import Foundation

/// The page that ends a run: one self-contained file, no outside requests, to mail or to keep.
package struct ReportPage: Sendable {
  private let content: ReportContent

  /// A page that shows `content`.
  package init(_ content: ReportContent) { self.content = content }

  /// The page's bytes.
  package var bytes: [UInt8] { Array(html.description.utf8) }

  private var html: HTML {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>\(content.project) · Akshara report</title>
    <style>\(HTML(ReportStyle.css))</style></head><body>
    <header><h1>\(content.project)</h1><p class="quiet">Akshara report · \(content.created)</p></header>
    <main>\(HTML.joined(sections))</main></body></html>

    """
  }

  private var sections: [HTML] {
    [
      section("summary", "Held-out loss", scoreTiles + [scoreTable]),
      section("curves", "Loss curves", [curves]),
      section("answers", "Answers side by side", [answerTable]),
      section("answer-scores", "Answers to held-out rows", [answerScoreTable]),
      section("data", "From files to samples", [accountTable]),
      section("ledger", "Where every token went", [ledgerTable]),
      section("mask", "What is trained on", content.masks.map(\.html)),
      section("facts", "What was used", [factTable]),
    ]
  }

  private func section(_ id: String, _ title: String, _ body: [HTML]) -> HTML {
    "<section id=\"\(id)\"><h2>\(title)</h2>\(HTML.joined(body))</section>"
  }

  // MARK: Scores

  private var scoreTiles: [HTML] {
    guard let all = content.scores.first else { return ["<p>There are no held-out rows.</p>"] }
    let tiles: [HTML] = [
      tile("base model", NumberText.decimal(all.base, 3), perplexity(all.base)),
      tile("trained model", NumberText.decimal(all.trained, 3), perplexity(all.trained)),
      tile("change", change(all), "of the base model's loss"),
    ]
    return ["<div class=\"tiles\">\(HTML.joined(tiles))</div>"]
  }

  private func tile(_ name: String, _ value: String, _ note: String) -> HTML {
    """
    <div class="tile"><div class="quiet">\(name)</div><div class="number">\(value)</div>\
    <div class="quiet">\(note)</div></div>
    """
  }

  private func perplexity(_ loss: Double) -> String {
    "perplexity \(NumberText.decimal(exp(loss), 1))"
  }

  private func change(_ score: ReportContent.Score) -> String {
    let change = (score.trained - score.base) / score.base
    return (change > 0 ? "+" : "") + NumberText.percent(change)
  }

  private var scoreTable: HTML {
    let rows = content.scores.map { score -> [HTML] in
      [
        "\(score.name)", "\(NumberText.count(score.tokens))",
        "\(NumberText.decimal(score.base, 4))", "\(NumberText.decimal(exp(score.base), 1))",
        "\(NumberText.decimal(score.trained, 4))", "\(NumberText.decimal(exp(score.trained), 1))",
        "\(change(score))",
      ]
    }
    return .table(
      [
        "rows", "supervised tokens", "base loss", "perplexity", "trained loss", "perplexity",
        "change",
      ], rows)
  }

  // MARK: Curves

  private var curves: HTML {
    LossCurves(training: content.trainingLoss, heldOut: content.heldOutLoss).chart.html
  }

  // MARK: Answers

  private var answerTable: HTML {
    .table(
      ["prompt", "base model", "trained model"],
      content.answers.map { answers in
        [
          cell(answers.prompt, answers.language), cell(answers.base, answers.language),
          cell(answers.trained, answers.language),
        ]
      })
  }

  private var answerScoreTable: HTML {
    let rows = content.answerScores.flatMap { pair in
      [("base", pair.base), ("trained", pair.trained)].map { model, score -> [HTML] in
        [
          "\(score.name)", "\(model)", "\(NumberText.count(score.answers))",
          "\(NumberText.decimal(score.chrF, 1))", "\(NumberText.decimal(score.chrFWithWords, 1))",
          "\(NumberText.percent(score.scriptFidelity))",
          "\(NumberText.percent(score.endTokenRate))",
        ]
      }
    }
    return .table(
      ["rows", "model", "answers", "chrF", "chrF++", "in its script", "ended by itself"], rows)
  }

  private func cell(_ text: String, _ language: String) -> HTML {
    "<div class=\"text\" lang=\"\(language)\">\(text)</div>"
  }

  // MARK: Accounts and ledger

  private var accountTable: HTML {
    .table(
      ["stage", "unit", "read", "kept", "dropped, by reason", "adds up"],
      content.accounts.map { account in
        let reasons = account.dropped.sorted { $0.key < $1.key }
          .map { "\($0.key) \(NumberText.count($0.value))" }.joined(separator: ", ")
        return [
          "\(account.name)", "\(account.unit)", "\(NumberText.count(account.read))",
          "\(NumberText.count(account.kept))", "\(reasons.isEmpty ? "–" : reasons)",
          "\(account.isConserved ? "yes" : "NO")",
        ]
      })
  }

  private var ledgerTable: HTML {
    .table(
      ["split", "rendered", "supervised", "context", "truncated", "dropped", "adds up"],
      content.ledgers.map { split, ledger in
        let dropped = ledger.dropped.values.reduce(0, +)
        let counts = [
          ledger.rendered, ledger.supervised, ledger.context, ledger.truncated, dropped,
        ]
        return ["\(split)"] + counts.map { "\(NumberText.count($0))" }
          + ["\(ledger.isConserved ? "yes" : "NO")"]
      })
  }

  private var factTable: HTML {
    .table(["what", "which"], content.facts.map { ["\($0.name)", "<code>\($0.value)</code>"] })
  }
}
