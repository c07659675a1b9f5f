extension FramedTemplate {
  /// The same in Jinja, made from the form, so that the two cannot drift apart.
  public var jinja: String {
    let begin = form.begin.map { "{{- \(JinjaText.literal($0)) -}}" } ?? ""
    let tail = form.tail.map { "{%- else -%}{{- \(JinjaText.literal($0)) -}}" } ?? ""
    let opening = Self.literal(form.assistant.opening)
    let prompt = opening.isEmpty ? "" : "{{- \(opening) -}}"
    let end =
      prompt.isEmpty && tail.isEmpty
      ? "" : "{%- if add_generation_prompt -%}\(prompt)\(tail){%- endif -%}"
    return begin + heading + "{%- set state = namespace(next='user', system='') -%}"
      + "{%- for message in messages -%}" + JinjaText.content + cases.joined()
      + "{%- else -%}{{- raise_exception('the role ' + message['role'] + ' has no form here') -}}"
      + "{%- endif -%}{%- endfor -%}" + end
  }

  /// The text that stands where no system message does.
  private var heading: String {
    guard case .heading(let separator, let text) = form.system else { return "" }
    return
      "{%- if messages[0]['role'] != 'system' -%}{{- \(JinjaText.literal(text + separator)) -}}"
      + "{%- endif -%}"
  }

  /// One branch a role.
  private var cases: [String] {
    var roles: [(String, ChatForm.Frame)] = [("user", form.user), ("assistant", form.assistant)]
    if let tool = form.tool { roles.append(("tool", tool)) }
    var cases = [systemCase].compactMap { $0 }
    if form.alternates {
      cases.append(
        "if message['role'] != state.next -%}"
          + "{{- raise_exception('roles must alternate, user first') -}}")
    }
    for (role, frame) in roles {
      var body = "if message['role'] == '\(role)' -%}"
      if case .insideFirstUser(_, _, let trimsTogether) = form.system, role == "user" {
        let inner = trimsTogether ? "(state.system + content) | trim" : nil
        let before = trimsTogether ? nil : "state.system"
        body += "{{- \(rendering(frame, before: before, content: inner)) -}}"
        body += "{%- set state.system = '' -%}"
      } else {
        body += "{{- \(rendering(frame)) -}}"
      }
      if form.alternates {
        body += "{%- set state.next = '\(role == "user" ? "assistant" : "user")' -%}"
      }
      cases.append(body)
    }
    return cases.enumerated().map { ($0 == 0 ? "{%- " : "{%- el") + $1 }
  }

  private var systemCase: String? {
    switch form.system {
    case .framed(let frame) where form.leavesOutEmptySystem:
      return "if message['role'] == 'system' -%}{%- if content -%}{{- \(rendering(frame)) -}}"
        + "{%- endif -%}"
    case .framed(let frame): return "if message['role'] == 'system' -%}{{- \(rendering(frame)) -}}"
    case .heading(let separator, _):
      return "if message['role'] == 'system' and loop.first -%}"
        + "{{- content + \(JinjaText.literal(separator)) -}}"
    case .insideFirstUser(let prefix, let suffix, _):
      return "if message['role'] == 'system' and loop.first and not loop.last -%}"
        + "{%- set state.system = \(JinjaText.literal(prefix)) + content + "
        + "\(JinjaText.literal(suffix)) -%}"
    case .refused: return nil
    }
  }

  /// The expression that renders a message.
  private func rendering(
    _ frame: ChatForm.Frame, before: String? = nil, content: String? = nil
  ) -> String {
    let text = content ?? (frame.trims ? "content | trim" : "content")
    let behind = Self.literal(
      [.text(frame.trail)] + frame.closing + [.text(frame.end + frame.separator)])
    let ahead = Self.literal(frame.opening + [.text(frame.lead)])
    return [ahead, before ?? "", text, behind].filter { !$0.isEmpty }.joined(separator: " + ")
  }

  /// The pieces as one literal; nothing for none.
  private static func literal(_ pieces: [ChatForm.Piece]) -> String {
    let text = pieces.map { RenderedSegment($0, .header).text }.joined()
    return text.isEmpty ? "" : JinjaText.literal(text)
  }
}
