import Artifacts
import Foundation

/// Tokenizers that have a name instead of a path: those of well-known models, as the Hugging Face
/// cache holds them. Nothing is fetched.
enum NamedTokenizer {
  /// Repositories that have the tokenizer, the plainest first.
  private static let repositories: [String: [String]] = [
    "llama3": [
      "meta-llama/Meta-Llama-3-8B", "meta-llama/Meta-Llama-3-8B-Instruct",
      "meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.2-1B",
      "meta-llama/Llama-3.2-1B-Instruct", "meta-llama/Llama-3.2-3B",
      "meta-llama/Llama-3.2-3B-Instruct",
    ],
    "llama4": ["meta-llama/Llama-4-Scout-17B-16E", "meta-llama/Llama-4-Scout-17B-16E-Instruct"],
    "qwen2": [
      "Qwen/Qwen2.5-0.5B", "Qwen/Qwen2.5-1.5B", "Qwen/Qwen2.5-7B", "Qwen/Qwen2.5-7B-Instruct",
    ],
    "qwen3": ["Qwen/Qwen3-0.6B", "Qwen/Qwen3-1.7B", "Qwen/Qwen3-4B", "Qwen/Qwen3-8B"],
  ]

  /// `text` if there is such a file or folder, or if it names no tokenizer; else the folder of the
  /// cache that holds the named tokenizer, if one does.
  static func path(_ text: String) -> String {
    guard !Path.exists(text), let names = repositories[text] else { return text }
    for name in names {
      let folder = "models--" + name.replacing("/", with: "--")
      let snapshots = Path.join(Path.join(cache, folder), "snapshots")
      let revisions = (try? FileManager.default.contentsOfDirectory(atPath: snapshots)) ?? []
      for revision in revisions.sorted() {
        let candidate = Path.join(snapshots, revision)
        if Path.exists(Path.join(candidate, "tokenizer.json")) { return candidate }
      }
    }
    return text
  }

  /// Where the Hugging Face libraries keep what they fetched.
  private static var cache: String {
    let environment = ProcessInfo.processInfo.environment
    if let cache = environment["HF_HUB_CACHE"] { return cache }
    let home = environment["HF_HOME"] ?? NSHomeDirectory() + "/.cache/huggingface"
    return Path.join(home, "hub")
  }
}
