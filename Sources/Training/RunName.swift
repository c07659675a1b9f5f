internal import Artifacts
internal import Foundation

/// What a run is called in reports: its project and when it began, such as
/// `quickstart-2026-11-22-014500`.
///
/// It stands in `run.json` of the run directory, so that a run that goes on keeps it. Like all times it
/// goes into no result.
enum RunName {
  /// The name of the run in a job's directory, made if there is none yet.
  ///
  /// - Throws: `unwritable`.
  static func find(_ job: TrainingJob, now: Date = .now) throws -> String {
    let file = Path.join(job.directory, "run.json")
    if Path.exists(file), let json = try? JSONValue(parsing: TextFile(file).bytes),
      let name = json["name"]?.string, isSafe(name), job.options.runName ?? name == name
    {
      return name
    }
    let project = job.project ?? Path.name(of: job.directory)
    let name = job.options.runName ?? "\(project)-\(stamp(now))"
    let json: JSONValue = [
      "name": .string(name),
      "started": .string(now.formatted(.iso8601)),
    ]
    try AtomicFile.write(json.pretty, to: file)
    return name
  }

  /// The name becomes a folder: nothing in it may lead elsewhere.
  private static func isSafe(_ name: String) -> Bool {
    !name.isEmpty && name == Path.name(of: name) && name != ".." && name != "."
  }

  /// `2026-11-22-014500`, in universal time.
  private static func stamp(_ now: Date) -> String {
    let digits = now.formatted(.iso8601).filter { $0.isNumber || $0 == "-" || $0 == "T" }
    let parts = digits.split(separator: "T")
    return parts.joined(separator: "-")
  }
}
