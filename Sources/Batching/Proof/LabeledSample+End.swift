extension LabeledSample {
  /// Whether the row ends inside of a message, or with it where it has no end: nothing of another
  /// message stands behind it, and no end token of its own.
  func endsInside(of message: Int) -> Bool {
    spans.last?.message == message
      && !spans.contains { $0.message == message && $0.kind == .endOfTurn }
  }
}
