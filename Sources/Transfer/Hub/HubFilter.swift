internal import Foundation

/// Which files of a repository are wanted.
package struct HubFilter: Sendable, Hashable {
  /// A file must match one of these, if there are any.
  package var include: [String]
  /// A file must match none of these.
  package var exclude: [String]

  /// Patterns of `*`, `?` and `[…]`, in which `*` matches slashes too, as in `huggingface_hub`'s
  /// `allow_patterns` and `ignore_patterns`; a pattern that ends with a slash means all below it.
  package init(include: [String] = [], exclude: [String] = []) {
    self.include = include
    self.exclude = exclude
  }

  /// What is needed to train and prompt a model: not the same weights in other formats.
  package static let model = HubFilter(
    include: [
      "*.json", "*.safetensors", "*.model", "*.jinja", "*.tiktoken", "vocab.txt", "merges.txt",
      "LICENSE*", "README.md",
    ],
    exclude: ["original/*", "onnx/*", "*.gguf", "openvino/*", "coreml/*"])

  /// Whether a file at `path` is wanted.
  package func admits(_ path: String) -> Bool {
    func matches(_ pattern: String) -> Bool {
      fnmatch(pattern.hasSuffix("/") ? pattern + "*" : pattern, path, 0) == 0
    }
    return (include.isEmpty || include.contains(where: matches))
      && !exclude.contains(where: matches)
  }
}
