import Modeling
import Testing

@testable import Evaluation

@Suite struct ChrFTests {
  private func score(_ pairs: (String, String)...) -> (Double, Double) {
    var chrF = ChrF()
    for (answer, reference) in pairs { chrF.add(answer, reference: reference) }
    return (chrF.score, chrF.scoreWithWords)
  }

  /// Values of sacrebleu 2.6.0, `CHRF()` and `CHRF(word_order=2)`, `corpus_score`.
  @Test func scoresAreThoseOfSacrebleu() {
    for (pairs, chrF, plus) in SacrebleuCases.all {
      var count = ChrF()
      for (answer, reference) in pairs { count.add(answer, reference: reference) }
      #expect(abs(count.score - chrF) < 1e-9, "\(pairs)")
      #expect(abs(count.scoreWithWords - plus) < 1e-9, "\(pairs)")
    }
  }

  @Test func theSameTextScoresAHundredAndNoneNothing() {
    #expect(score(("ಮಳೆ ಬಂತು ನೋಡು", "ಮಳೆ ಬಂತು ನೋಡು")) == (100, 100))
    #expect(score(("", "ಮಳೆ")) == (0, 0))
    #expect(score(("abc", "")) == (0, 0))
  }
}

@Suite struct AnswerCountTests {
  private func answer(_ text: String, ended: Bool) -> Answer {
    Answer(promptIDs: [], ids: [], text: text, stopReason: ended ? .stopToken(1) : .maximumTokens)
  }

  @Test func lettersAndVowelSignsOfTheExpectedScriptAreCounted() {
    var count = AnswerCount()
    // ನೀ: a letter and a sign; 12 and ! belong to no script.
    count.add(answer("ನೀ ok 12!", ended: true), reference: "ನೀನು", language: "kn")
    var score = count.score("kn")
    #expect(score.scriptFidelity == 0.5 && score.endTokenRate == 1 && score.answers == 1)
    count.add(answer("నీ", ended: false), reference: "ನೀನು", language: "kn")
    score = count.score("kn")
    #expect(abs(score.scriptFidelity - 1.0 / 3) < 1e-12)
    #expect(score.endTokenRate == 0.5)
  }

  @Test func theScriptIsTheTagsOrTheReferences() {
    #expect(AnswerCount.script(of: "te-Latn") == .latin)
    #expect(AnswerCount.script(of: "te-IN") == .telugu)
    #expect(AnswerCount.script(of: "und") == nil)
    var count = AnswerCount()
    count.add(answer("నీవు", ended: true), reference: "నీవు ok", language: "und")
    #expect(count.score("und").scriptFidelity == 1)
  }
}
