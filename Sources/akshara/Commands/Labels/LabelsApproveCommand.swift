import ArgumentParser
import Artifacts
import Batching
import Foundation

/// `akshara labels approve`.
struct LabelsApproveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Signs that somebody has looked at a shard set and found it good.",
    discussion: """
      Writes approval.json beside the manifest. It names the digest of the set: a set that is \
      changed has no approval any more, and approving it drops the signatures of what it was. A recipe with `training.require_approval: true` trains on \
      approved sets only. A set whose proof does not hold, or of which a file is damaged, is not \
      approved (exit status 3).

      Example:
        akshara labels approve shards --by "R. Rao" --note "200 rows read, page of 22 November"
      """)

  @Argument(help: "The shard set's folder.")
  var set: String

  @Option(help: "Who approves.")
  var by: String

  @Option(help: "What was looked at, and what is to be known.")
  var note: String

  func validate() throws {
    if by.isEmpty || note.isEmpty { throw ValidationError("--by and --note must not be empty") }
  }

  func run() throws {
    let time = Date().formatted(.iso8601)
    let before = try ShardSet(set).approvalState()
    let approval = try ShardApproval.sign(
      set, ShardApproval.Signature(by: by, note: note, time: time))
    if case .outdated = before { StandardError.print("dropped: \(before.line)") }
    StandardError.print(ShardSet.ApprovalState.approved(approval).line)
  }
}
