extension QwenTemplate {
  /// The same in Jinja.
  public var jinja: String {
    system + (hasThinking ? lastQuestion : "")
      + "{%- for message in messages -%}" + JinjaText.contentOrNone
      + "{%- if message['role'] == 'system' and loop.first -%}"
      + "{%- elif message['role'] in ['system', 'user'] -%}"
      + "{{- '<|im_start|>' + message['role'] + '\\n' + content + '<|im_end|>\\n' -}}"
      + "{%- elif message['role'] == 'assistant' -%}{{- '<|im_start|>assistant\\n' -}}"
      + (hasThinking ? thinkingAnswer : "{{- content -}}") + calls + "{{- '<|im_end|>\\n' -}}"
      + "{%- elif message['role'] == 'tool' -%}" + result
      + "{%- else -%}{{- raise_exception('the role ' + message['role'] + ' has no form') -}}"
      + "{%- endif -%}{%- endfor -%}"
      + "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}"
      + (hasThinking
        ? "{%- if enable_thinking is defined and enable_thinking is false -%}"
          + "{{- '<think>\\n\\n</think>\\n\\n' -}}{%- endif -%}" : "")
      + "{%- endif -%}"
  }

  private var system: String {
    let text = hasThinking ? "''" : JinjaText.literal(Self.defaultSystem)
    return "{%- set given = messages[0]['role'] == 'system' -%}"
      + "{%- set message = messages[0] -%}" + JinjaText.contentOrNone
      + "{%- set system = content if given else \(text) -%}"
      + "{%- if tools -%}{{- '<|im_start|>system\\n' + system -}}"
      + "{{- \(hasThinking ? "'\\n\\n' if given else ''" : "'\\n\\n'") -}}"
      + "{{- \(JinjaText.literal(Self.beforeTools)) -}}"
      + "{%- for tool in tools -%}{{- '\\n' + tool | tojson -}}{%- endfor -%}"
      + "{{- \(JinjaText.literal(Self.behindTools + "<|im_end|>\n")) -}}"
      + (hasThinking ? "{%- elif given -%}" : "{%- else -%}")
      + "{{- '<|im_start|>system\\n' + system + '<|im_end|>\\n' -}}{%- endif -%}"
  }

  private var lastQuestion: String {
    "{%- set state = namespace(last=messages | length - 1, found=false) -%}"
      + "{%- for message in messages[::-1] -%}" + JinjaText.contentOrNone
      + "{%- if not state.found and message['role'] == 'user' and not "
      + "(content.startswith('<tool_response>') and content.endswith('</tool_response>')) -%}"
      + "{%- set state.last = messages | length - 1 - loop.index0 -%}"
      + "{%- set state.found = true -%}{%- endif -%}{%- endfor -%}"
  }

  private var thinkingAnswer: String {
    "{%- set thinking = '' -%}"
      + "{%- if message['reasoning_content'] is defined and message['reasoning_content'] is not none -%}"
      + "{%- set thinking = message['reasoning_content'] -%}"
      + "{%- elif '</think>' in content -%}"
      + "{%- set thinking = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') -%}"
      + "{%- set content = content.split('</think>')[-1].lstrip('\\n') -%}{%- endif -%}"
      + "{%- if loop.index0 > state.last and (loop.last or thinking) -%}"
      + "{{- '<think>\\n' + thinking.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') -}}"
      + "{%- else -%}{{- content -}}{%- endif -%}"
  }

  private var calls: String {
    "{%- if \(JinjaText.hasCalls) -%}{%- for called in message['tool_calls'] -%}" + JinjaText.call
      + "{%- if content or not loop.first -%}{{- '\\n' -}}{%- endif -%}"
      + "{{- '<tool_call>\\n{\"name\": \"' + call.name + '\", \"arguments\": ' -}}"
      + "{{- \(ToolCall.argumentsInJinja) + '}\\n</tool_call>' -}}{%- endfor -%}{%- endif -%}"
  }

  private var result: String {
    "{%- if loop.first or messages[loop.index0 - 1]['role'] != 'tool' -%}"
      + "{{- '<|im_start|>user' -}}{%- endif -%}"
      + "{{- '\\n<tool_response>\\n' + content + '\\n</tool_response>' -}}"
      + "{%- if loop.last or messages[loop.index0 + 1]['role'] != 'tool' -%}"
      + "{{- '<|im_end|>\\n' -}}{%- endif -%}"
  }
}
