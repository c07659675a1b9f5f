import Artifacts
import Transfer

/// Brings what a command names on the hub, and shows how far it is.
enum HubDownload {
  /// Brings a base model or a data set; offline, only the cache is asked.
  static func pull(_ repository: HubRepository, offline: Bool = false) throws -> HubSnapshot {
    var environment = try HubEnvironment()
    if offline { environment.isOffline = true }
    defer { ProgressLine.show("") }
    return try HubClient(environment).pull(
      repository, filter: repository.kind == .models ? .model : HubFilter()
    ) {
      ProgressLine.show(PullProgress.text($0))
    }
  }
}
