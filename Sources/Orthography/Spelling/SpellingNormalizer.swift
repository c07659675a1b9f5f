/// Applies a policy to texts and lists every change.
///
/// ```swift
/// let result = SpellingNormalizer(policy: .standard).normalized("ಕ\u{CC6}\u{CD5}ರಳ\u{A0}")
/// result.text    // ಕೇರಳ and a space
/// result.edits   // bytes 3..<9 by nfc, bytes 15..<17 by space
/// ```
///
/// Normalizing twice changes nothing more, and the edits give the original back.
public struct SpellingNormalizer: Sendable {
  /// What is changed.
  public let policy: SpellingPolicy
  private let passes: [TriggeredPass]

  /// A normalizer.
  public init(policy: SpellingPolicy = .formC) {
    self.policy = policy
    var passes: [any SpellingPass] = []
    if policy.vowels == .compose { passes.append(VowelPass()) }
    switch policy.nukta {
    case .keep: break
    case .order: passes.append(NuktaPass())
    case .drop: passes.append(SubstitutionPass.withoutNukta)
    }
    if policy.joiners == .dropWithoutEffect { passes.append(JoinerPass()) }
    if policy.digits == .ascii { passes.append(SubstitutionPass.digits) }
    switch policy.dandas {
    case .keep: break
    case .unify: passes.append(SubstitutionPass.reservedDandas)
    case .fullStop: passes.append(SubstitutionPass.dandasToFullStops)
    }
    if policy.spaces == .fold { passes.append(SubstitutionPass.spaces) }
    self.passes = passes.map(TriggeredPass.init)
  }

  /// A text after the policy, with every change.
  ///
  /// - Complexity: texts that need no change cost one look at each character. The passes are
  ///   repeated until none has anything to do; each makes the text shorter, or brings it nearer to
  ///   one order, so that ends.
  public func normalized(_ text: String) -> NormalizedText {
    normalized(NormalizedText(text: text, edits: []))
  }

  /// A text that was normalized before, with all changes since the original.
  public func normalized(_ text: NormalizedText) -> NormalizedText {
    guard changes(text.text) else { return text }
    var log = EditLog(text)
    while applyPasses(to: &log) || applyFormC(to: &log) {}
    return NormalizedText(
      text: String(decoding: log.current, as: UTF8.self), edits: log.edits)
  }

  private func changes(_ text: String) -> Bool {
    var text = text
    let isASCII = text.withUTF8 { bytes in bytes.allSatisfy { $0 < 0x80 } }
    if isASCII { return false }
    if policy.form == .nfc && !NFC.isNormalized(text) { return true }
    guard !passes.isEmpty else { return false }
    let scalars = ScalarText(Array(text.utf8))
    return passes.contains { !$0.edits(of: scalars).isEmpty }
  }

  private func applyPasses(to log: inout EditLog) -> Bool {
    var isChanged = false
    var text = ScalarText(log.current)
    for pass in passes {
      let edits = pass.edits(of: text)
      guard !edits.isEmpty else { continue }
      log.add(edits, pass.rule)
      text = ScalarText(log.current)
      isChanged = true
    }
    return isChanged
  }

  private func applyFormC(to log: inout EditLog) -> Bool {
    guard policy.form == .nfc else { return false }
    let edits = NFC.normalized(String(decoding: log.current, as: UTF8.self)).edits.map { edit in
      PassEdit(
        range: edit.offset..<edit.offset + edit.before.utf8.count,
        replacement: Array(edit.after.utf8))
    }
    if !edits.isEmpty { log.add(edits, .formC) }
    return !edits.isEmpty
  }
}
