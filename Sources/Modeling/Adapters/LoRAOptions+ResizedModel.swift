internal import Artifacts

extension LoRAOptions {
  /// The same options with the rows that `akshara resize` added to `model`, where these are asked for
  /// (`trainable_token_indices: resized`).
  ///
  /// - Throws: `invalidOption` if the model's folder does not list them; `malformed`.
  public func resolved(over model: ModelFolder) throws -> LoRAOptions {
    guard trainedTokens == .resized else { return self }
    let file = Path.join(model.path, ModelFolder.newRowsName)
    let location = SourceLocation(file: file)
    guard Path.exists(file) else {
      throw AksharaError(
        .invalidOption, "`trainable_token_indices` is `resized`, but the model lists no new rows",
        at: location, remedy: "give a folder that `akshara resize` wrote, or the token IDs")
    }
    let json = try JSONValue(parsing: TextFile(file).bytes, at: location)
    let value = AdapterValue(key: "trainable_token_indices", json: json, location: location)
    var options = self
    options.trainedTokens = .embedding(try value.tokens())
    return options
  }
}
