/// How documents are cut into the words that are counted.
enum WordCutting: Sendable {
  /// Into pretokens.
  case pretokens(Pretokenizer)
  /// At spaces, marks of spaces (`▁`) and line feeds, none of which belongs to a word.
  case spaces
}
