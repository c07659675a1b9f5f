internal import Artifacts
package import Conversations
internal import Foundation
package import Transfer

/// Brings the data sets that an import names as `hf://datasets/…`.
package enum HubSources {
  /// The options with the places in the cache instead of the names on the hub.
  ///
  /// Provenances keep the names, each with the commit that its revision stood for:
  /// `hf://datasets/OWNER/NAME@0f3c…/train.jsonl`.
  ///
  /// - Parameter pull: brings a repository, or the file or folder of it that is named.
  /// - Throws: `invalidOption` for a model; what `pull` throws.
  package static func resolve(
    _ options: ImportOptions, pull: (HubRepository) throws -> HubSnapshot
  ) throws -> ImportOptions {
    var resolved = options
    resolved.paths = try options.paths.map { path in
      guard HubRepository.isName(path) else { return path }
      let repository = try HubRepository(path)
      guard repository.kind == .datasets else {
        throw AksharaError(
          .invalidOption, "`\(path)` names a model",
          remedy: "data sets are named hf://datasets/OWNER/NAME")
      }
      let snapshot = try pull(repository)
      var name = repository
      name.revision = snapshot.commit
      // A cache that is named relatively counts from here, not from the recipe's folder.
      let place = Path.join(FileManager.default.currentDirectoryPath, snapshot.path)
      resolved.names[place] = name.description
      return place
    }
    return resolved
  }
}
