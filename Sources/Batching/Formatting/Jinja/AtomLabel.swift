/// What an atom is: the message it belongs to and the part it plays there.
struct AtomLabel: Equatable {
  /// The message; `nil` for what belongs to none.
  var message: Int?
  /// The part it plays.
  var kind: SegmentKind
  /// Whether it takes the label of the content whatever its kind: a control token inside of an
  /// answer, or what stands behind its end inside of `{% generation %}`.
  var isAnswer = false
}
