/// A way in which a row of a foreign set can be wrong. `docs/LABELS.md` says what each means and what
/// commonly causes it.
public enum ForeignFault: String, Sendable, CaseIterable {
  /// A null, or no integer of 32 bits.
  case missingValue = "missing_value"
  /// No token, or columns that are not equally long.
  case unequalColumns = "unequal_columns"
  /// A token outside of the vocabulary: another tokenizer made the set.
  case tokenOutsideVocabulary = "token_outside_vocabulary"
  /// The attention mask hides a token between others.
  case hiddenToken = "hidden_token"
  /// An attention mask that is neither 1 everywhere nor counts the samples of a packed row.
  case wrongAttentionMask = "wrong_attention_mask"
  /// Positions that do not rise by one from 0, or begin again where other columns say that nothing does.
  case wrongPositions = "wrong_positions"
  /// Lengths of samples that do not make up the row, or are not above 0.
  case wrongSequenceLengths = "wrong_sequence_lengths"
  /// Padding is trained on.
  case supervisedPadding = "supervised_padding"
  /// A row trains on nothing: its loss is NaN.
  case noSupervisedToken = "no_supervised_token"
  /// The labels are the tokens moved by one: the trainer will move them once more.
  case shiftedLabels = "shifted_labels"
  /// A label that is neither the token nor −100.
  case labelDiffersFromToken = "label_differs_from_token"
  /// The begin token stands twice, or not first.
  case misplacedBeginToken = "misplaced_begin_token"
  /// Several samples in a row, and nothing says where they begin: they see each other.
  case packedWithoutBorders = "packed_without_borders"
  /// An answer's end token is there, and not trained on.
  case unsupervisedEndOfTurn = "unsupervised_end_of_turn"
  /// The row ends inside an answer.
  case cutAnswer = "cut_answer"
  /// The first token of an answer is not trained on.
  case answerStartUnsupervised = "answer_start_unsupervised"
  /// A part of an answer behind its first token is not trained on.
  case answerPartUnsupervised = "answer_part_unsupervised"
  /// An answer of which nothing is trained on.
  case unsupervisedAnswer = "unsupervised_answer"
  /// A header or separator is trained on.
  case supervisedHeader = "supervised_header"
  /// A message that is no answer is trained on.
  case supervisedContext = "supervised_context"
  /// A control token inside of what a message says.
  case controlTokenInContent = "control_token_in_content"
  /// No answer of the template stands in the row.
  case templateNotFound = "template_not_found"
  /// The row has not the tokens that the template makes of any conversation.
  case otherTokens = "other_tokens"
  /// The row has the tokens of its conversation, but other labels.
  case otherLabels = "other_labels"

  /// What it means, for the reader of a report.
  var meaning: String {
    switch self {
    case .missingValue: "values are missing, or no integers of 32 bits"
    case .unequalColumns: "rows are empty, or their columns are not equally long"
    case .tokenOutsideVocabulary: "tokens are not the tokenizer's"
    case .hiddenToken: "the attention mask hides tokens between others"
    case .wrongAttentionMask: "the attention mask is neither 1 nor the number of a packed sample"
    case .wrongPositions: "positions do not rise from 0 in each sample"
    case .wrongSequenceLengths: "the lengths of packed samples do not make up the row"
    case .supervisedPadding: "padding is trained on"
    case .noSupervisedToken: "rows train on nothing (a loss of NaN)"
    case .shiftedLabels: "labels are already shifted by one; trainers shift them again"
    case .labelDiffersFromToken: "labels are neither the token nor −100"
    case .misplacedBeginToken: "the begin token stands twice, or not first"
    case .packedWithoutBorders: "packed samples see each other: nothing says where they begin"
    case .unsupervisedEndOfTurn: "the end of an answer is never trained on: the model will not stop"
    case .cutAnswer: "rows end inside an answer"
    case .answerStartUnsupervised: "the first token of an answer is not trained on"
    case .answerPartUnsupervised: "a part of an answer is not trained on"
    case .unsupervisedAnswer: "answers are not trained on at all"
    case .supervisedHeader: "the template's headers are trained on"
    case .supervisedContext: "questions or system messages are trained on"
    case .controlTokenInContent: "control tokens stand inside of messages"
    case .templateNotFound: "no answer in the template's form stands in the row"
    case .otherTokens: "the template makes these tokens of none of the conversations"
    case .otherLabels: "the labels are not those that the options give"
    }
  }
}
