extension InstructionFormat {
  /// `{"instruction", "input", "output"}`; `input` may be absent.
  ///
  /// Source: the data set of Stanford Alpaca, `alpaca_data.json`.
  static func alpaca(_ columns: ColumnNames) -> InstructionFormat {
    InstructionFormat(
      instruction: columns["instruction"], context: columns["input"],
      response: columns["output"], columns)
  }
}
