internal import Transfer

extension Recipe {
  /// The base as the passport names it: a folder, or a commit of a repository on the hub.
  var passportBaseName: String {
    guard let baseRevision else { return baseModel }
    return "\(HubRepository.scheme)\(baseName)@\(baseRevision)"
  }
}
