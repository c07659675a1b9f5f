internal import Artifacts
internal import Training

/// The README.md beside a trained model, with the front matter that the Hugging Face hub reads.
///
/// It says only what the recipe says; scores stand in the run's report.
struct ModelCard {
  let recipe: Recipe

  var text: String {
    let isAdapter = recipe.training.method != .full
    return """
      ---
      \(isAdapter ? "base_model: \(recipe.baseName)\nlibrary_name: peft" : "library_name: transformers")
      pipeline_tag: text-generation
      language: [\(languages.joined(separator: ", "))]
      tags: [akshara, \(recipe.training.method.rawValue)]
      ---

      # \(recipe.project)

      \(isAdapter ? "A LoRA adapter" : "A model") trained by Akshara \(AksharaVersion.text) with \
      `method: \(recipe.training.method.rawValue)`.
      `\(Passport.fileName)` names the base, the tokenizer, the shards with their supervision proof, and \
      every file that was read, by digest; `akshara verify` walks back to them.

      | source | kind | licence |
      | --- | --- | --- |
      \(sourceRows)

      """
  }

  private var languages: [String] {
    Array(
      Set(recipe.sources.compactMap { $0.language?.split(separator: "-").first.map(String.init) })
    )
    .sorted()
  }

  private var sourceRows: String {
    recipe.sources.map { source in
      let licence = source.licence ?? "not named"
      return
        "| \(source.paths.map { source.names[$0] ?? $0 }.joined(separator: ", ")) | \(source.kind.rawValue) | \(licence) |"
    }.joined(separator: "\n")
  }
}
