extension InstructionFormat {
  /// `{"instruction", "context", "response", "category"}`; `context` and `category` may be absent.
  ///
  /// Source: the dataset card of databricks-dolly-15k.
  static func dolly(_ columns: ColumnNames) -> InstructionFormat {
    InstructionFormat(
      instruction: columns["instruction"], context: columns["context"],
      response: columns["response"], category: columns["category"], columns)
  }
}
