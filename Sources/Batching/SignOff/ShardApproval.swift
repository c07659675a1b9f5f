public import Artifacts

/// Who has looked at a shard set and found it good: `approval.json` beside the manifest, described by
/// `schemas/approval.schema.json`.
///
/// It names the digest of what was looked at: everything that the manifest says but the proof, which
/// may be made again, and so, through the files' digests, every row. A set that was changed has no
/// approval any more. A seal over the file's own words shows whether somebody wrote into them since;
/// it is no secret, and proves nothing against whoever wants to forge it.
public struct ShardApproval: Sendable, Equatable {
  /// The file's name.
  public static let fileName = "approval.json"
  private static let format = "akshara-approval"
  private static let version = 1
  /// The largest file that is read.
  private static let largestFile = 1 << 20

  /// One signature.
  public struct Signature: Sendable, Equatable {
    /// Who.
    public var by: String
    /// What they say.
    public var note: String
    /// When, in UTC, as ISO 8601 writes it.
    public var time: String
    /// The version of the tool.
    public var tool: String

    /// A signature.
    public init(by: String, note: String, time: String) {
      (self.by, self.note, self.time, tool) = (by, note, time, AksharaVersion.text)
    }
  }

  /// The digest of what was looked at.
  public var content: Digest
  /// The signatures, the first one first.
  public var signatures: [Signature]

  /// Reads the approval that lies in a set's folder; `nil` if there is none.
  ///
  /// - Throws: `malformed`, `unreadable`.
  public init?(in folder: String) throws {
    let path = Path.join(folder, Self.fileName)
    guard Path.exists(path) else { return nil }
    let file = try MappedFile(path)
    let location = SourceLocation(file: path)
    let json =
      file.bytes.count > Self.largestFile
      ? .null : try JSONValue(parsing: file.bytes, at: location)
    guard json["format"]?.string == Self.format, json["version"]?.natural == Self.version,
      let content = json["content"]?.string.flatMap({ Digest($0) }),
      let list = json["approvals"]?.array, !list.isEmpty
    else { throw Self.malformed(location) }
    self.content = content
    let signatures = try list.map { value in
      guard let by = value["by"]?.string, let note = value["note"]?.string,
        let time = value["time"]?.string, let tool = value["tool"]?.string
      else { throw Self.malformed(location) }
      var signature = Signature(by: by, note: note, time: time)
      signature.tool = tool
      return signature
    }
    self.signatures = signatures
    // Approvals of the first versions had no seal.
    guard json["seal"] == nil || json["seal"] == self.json["seal"] else {
      throw AksharaError(
        .malformed, "the approval was changed since it was written", at: location,
        remedy: "remove it, and approve the set again")
    }
  }

  private static func malformed(_ location: SourceLocation) -> AksharaError {
    AksharaError(
      .malformed, "the file is no approval", at: location,
      remedy: "remove it, and approve the set again")
  }

  init(content: Digest, signatures: [Signature]) {
    (self.content, self.signatures) = (content, signatures)
  }

  /// Approves the set in a folder, beside those who have approved the same content before.
  ///
  /// - Throws: `checkFailed` if its proof does not hold, or files were changed since it was made;
  ///   `malformed` if what stands in the approval's place is none; `unwritable`.
  /// - Complexity: reads every byte of the set.
  public static func sign(_ folder: String, _ signature: Signature) throws -> ShardApproval {
    let set = try ShardSet.sound(folder)
    // What could not be proven is for those who sign to judge, and for the training to accept.
    try set.requireProof(accepting: SupervisionProof.Unproven.allCases)
    let content = set.manifest.contentDigest
    // A file that cannot be read may hold somebody's signature: it is not replaced.
    let before = try ShardApproval(in: folder)
    let signatures = before?.content == content ? before?.signatures ?? [] : []
    let approval = ShardApproval(content: content, signatures: signatures + [signature])
    try AtomicFile.write(approval.json.pretty, to: Path.join(folder, fileName))
    return approval
  }

  /// The file's content.
  public var json: JSONValue {
    let list = signatures.map { signature -> JSONValue in
      [
        "by": .string(signature.by), "note": .string(signature.note),
        "time": .string(signature.time), "tool": .string(signature.tool),
      ]
    }
    var object: JSONObject = [
      "format": .string(Self.format), "version": JSONValue(Self.version),
      "content": .string(content.description), "approvals": .array(list),
    ]
    object.append(
      "seal", .string(Digest(of: JSONValue.object(object).pretty).description))
    return .object(object)
  }
}

extension ShardManifest {
  /// The digest of everything that the manifest says but the proof: the same set, verified again, has
  /// the same.
  public var contentDigest: Digest {
    var manifest = self
    manifest.proof = nil
    return Digest(of: manifest.json.pretty)
  }
}

extension ShardSet {
  /// Whether somebody has approved the set as it is.
  public enum ApprovalState: Sendable, Equatable {
    /// Nobody.
    case none
    /// Somebody approved another content.
    case outdated(ShardApproval)
    /// These have.
    case approved(ShardApproval)

    /// A line for a terminal.
    public var line: String {
      switch self {
      case .none: return "not approved"
      case .outdated(let approval):
        let names = approval.signatures.map(\.by).joined(separator: ", ")
        return "approved by \(TerminalText.line(names)) before it was changed: not approved now"
      case .approved(let approval):
        let names = approval.signatures.map { "\($0.by) (\($0.time)): \($0.note)" }
        return "approved by " + names.map(TerminalText.line).joined(separator: "; ")
      }
    }
  }

  /// Whether the set is approved.
  ///
  /// - Throws: `malformed`, `unreadable`.
  public func approvalState() throws -> ApprovalState {
    guard let approval = try ShardApproval(in: path) else { return .none }
    return approval.content == manifest.contentDigest ? .approved(approval) : .outdated(approval)
  }

  /// Refuses a set that nobody has approved as it is.
  ///
  /// - Throws: `checkFailed`, saying which command approves it; `malformed`, `unreadable`.
  public func requireApproval() throws {
    let state = try approvalState()
    if case .approved = state { return }
    throw AksharaError(
      .checkFailed, "the shard set is \(state.line), and the recipe has `require_approval: true`",
      at: SourceLocation(file: path),
      remedy: "look at it with `akshara labels report \(path) --output page.html`, then run "
        + "`akshara labels approve \(path) --by NAME --note TEXT`")
  }
}
