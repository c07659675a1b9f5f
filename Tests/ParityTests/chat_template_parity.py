#!/usr/bin/env python3
"""Renders seeded random conversations with every typed template, and compares the bytes with jinja2's.

    AKSHARA_BINARY=.build/release/akshara chat_template_parity.py

Each template is rendered by the Jinja form that it saves, and, where its authors' own text stands in
`../shared/data/chat_templates` (or below AKSHARA_SHARED), by that. Peer: `jinja2` 3.1 as transformers 5.17 sets it up,
with its `tojson`. Prompts are compared too: each must be the beginning of the row.
"""

import copy
import json
import pathlib
import random
import sys
import tempfile

from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from judge import ROOT, SHARED, akshara, check, skip, verdict
from shards_parity import shown, write_jsonl
from template_parity import PIECES

CONTROL = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<s>", "</s>",
           "<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>", "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|system|>",
           "<|user|>", "<|assistant|>", "<|end|>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
           "[TOOL_CALLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "<think>", "</think>", "<tool_call>", "</tool_call>"]
ALTERNATING = {"llama2", "mistral-v1", "mistral-v2", "mistral-v3", "mistral-nemo", "gemma2", "gemma3", "vicuna", "alpaca",
               "dolly", "instruction"}
WITHOUT_SYSTEM = {"gemma2"}
WITH_TOOLS = {"llama3.1", "llama3.2", "llama3.3", "qwen2.5", "qwen3", "mistral-v3", "mistral-nemo"}
# Where the authors' own text stands, and what it is given for its tokens.
OFFICIAL = {
    "llama3.1": ("meta-llama-Llama-3.1-8B-Instruct", {"bos_token": "<|begin_of_text|>"}),
    "llama3.2": ("meta-llama-Llama-3.2-3B-Instruct", {"bos_token": "<|begin_of_text|>"}),
    "llama3.3": ("meta-llama-Llama-3.3-70B-Instruct", {"bos_token": "<|begin_of_text|>"}),
    "qwen2.5": ("Qwen-Qwen2.5-7B-Instruct", {}),
    "qwen3": ("Qwen-Qwen3-0.6B", {}),
    "gemma2": ("google-gemma-2-2b-it", {"bos_token": "<bos>"}),
    "phi3.5": ("microsoft-Phi-3.5-mini-instruct", {"eos_token": "<|endoftext|>"}),
    "mistral-nemo": ("mistralai-Mistral-Nemo-Instruct-2407", {"bos_token": "<s>", "eos_token": "</s>"}),
}


def environment():
    """As transformers sets it up: utils/chat_template_utils.py, `_compile_jinja_template`."""
    def raise_exception(message):
        raise ValueError(message)

    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    result = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    result.filters["tojson"] = tojson
    result.globals["raise_exception"] = raise_exception
    return result


class Chance:
    """Random conversations of which a template has a form."""

    def __init__(self, template, seed, pieces):
        self.template, self.random, self.pieces = template, random.Random(seed), pieces

    def text(self, most=8, least=0):
        return "".join(self.random.choices(self.pieces, k=self.random.randint(least, most)))

    def value(self):
        return self.random.choice([1, 2.5, True, None, "ಮೈಸೂರು", 'a "quoted"\n\tword', [], {}, [1, {"k": "శ్రీ"}], 1e20, 0.00001])

    def call(self, index):
        arguments = {f"a{number}": self.value() for number in range(self.random.randint(0, 3))}
        return {"id": f"call{index:05d}", "type": "function", "function": {"name": "weather", "arguments": arguments}}

    def tools(self):
        parameters = {"type": "object", "properties": {"city": {"type": "string", "description": "ನಗರ"}}, "required": ["city"]}
        return [{"type": "function", "function": {"name": f"tool{number}", "description": "what it does", "parameters": parameters}}
                for number in range(self.random.randint(1, 2))]

    def answer(self, messages, with_tools):
        """One answer, or calls, results and an answer."""
        if with_tools and self.random.random() < 0.5:
            several = 1 if self.template.startswith("llama") else self.random.randint(1, 3)
            calls = [self.call(len(messages) * 10 + number) for number in range(several)]
            message = {"role": "assistant", "content": self.random.choice(["", self.text()]), "tool_calls": calls}
            if self.template == "qwen3" and self.random.random() < 0.5:
                message["reasoning_content"] = self.text()
            messages.append(message)
            for call in calls:
                messages.append({"role": "tool", "content": self.text(), "tool_call_id": call["id"]})
        message = {"role": "assistant", "content": self.text()}
        if self.template == "qwen3" and self.random.random() < 0.5:
            if self.random.random() < 0.5:
                message["reasoning_content"] = self.text()
            else:
                message["content"] = "<think>\n" + self.text() + "\n</think>\n\n" + message["content"]
        messages.append(message)

    def conversation(self, index):
        messages, row = [], {"id": f"{self.template}-{index}"}
        if self.template == "completion":
            messages = [{"role": "assistant", "content": self.text() + "x"}]
            if self.random.random() < 0.5:
                messages.insert(0, {"role": "user", "content": self.text()})
            return row | {"messages": messages}
        if self.template not in WITHOUT_SYSTEM and self.random.random() < 0.4:
            messages.append({"role": "system", "content": self.text()})
        with_tools = self.template in WITH_TOOLS and self.random.random() < 0.4
        if with_tools:
            row["tools"] = self.tools()
        for _ in range(self.random.randint(1, 3)):
            content = self.text()
            if self.template in ("alpaca", "dolly", "instruction") and self.random.random() < 0.4:
                content = [{"type": "text", "text": content}, {"type": "text", "text": "\n\n" + self.text()}]
            messages.append({"role": "user", "content": content})
            self.answer(messages, with_tools)
        if self.template not in ALTERNATING | WITH_TOOLS and self.random.random() < 0.3:
            self.random.shuffle(messages)
        return row | {"messages": messages}


def make_tokenizer(work):
    text = ROOT / "samples/quickstart/kannada-scenes.fountain"
    akshara("tokenizer", "train", text, "--output", work / "tokenizer", "--vocab-size", 600, "--special", *CONTROL)
    return work / "tokenizer"


def shard(work, tokenizer, template, rows, name, *options):
    folder = work / name
    begin = ["--begin-token", "<s>", "--end-token", "</s>"]
    akshara("shard", write_jsonl(work / f"{name}.jsonl", rows), "--tokenizer", tokenizer, "--template", template,
            "--train-on", "all", "--max-length", 65536, "--output", folder, *begin, *options)
    manifest = json.loads((folder / "manifest.json").read_text())
    return manifest["templates"][0]["chat_template"], shown(folder)


def rendered(compiled, row, prompt=False, messages=None, **variables):
    return compiled.render(messages=messages or row["messages"], tools=row.get("tools"), add_generation_prompt=prompt,
                           **variables)


def prompts(row):
    """The conversation before each answer to a question or a tool's result.

    Not where Qwen 3 itself renders a prompt that is no beginning of the row: it shows the thinking in front of a call while
    the tool's result is answered, and leaves it out once the user has asked again.
    """
    messages = row["messages"]
    questions = [index for index, message in enumerate(messages) if message["role"] == "user"]
    for index, message in enumerate(messages):
        if message["role"] != "assistant" or index == 0 or messages[index - 1]["role"] not in ("user", "tool"):
            continue
        asked = max((question for question in questions if question < index), default=0)
        thought = any(message.get("reasoning_content") or "</think>" in message["content"] for message in messages[asked:index]
                      if message["role"] == "assistant")
        if not (thought and asked != questions[-1]):
            yield messages[:index]


def check_own(work, tokenizer, template, count):
    chance = Chance(template, 5, PIECES + CONTROL)
    rows = [chance.conversation(index) for index in range(count)]
    jinja, ours = shard(work, tokenizer, template, rows, f"{template}-own")
    compiled = environment().from_string(jinja)
    wrong, asked = [], 0
    for row, own in zip(rows, ours):
        theirs = rendered(compiled, row)
        if theirs != own["text"]:
            wrong.append((row["id"], theirs, own["text"]))
        if template not in ALTERNATING | WITH_TOOLS and row["messages"][0]["role"] == "assistant":
            continue
        for messages in prompts(row):
            prompt = rendered(compiled, row, True, messages)
            asked += 1
            if not own["text"].startswith(prompt):
                wrong.append((row["id"], prompt, own["text"]))
    check(f"{template}: {len(rows)} conversations and {asked} prompts under the form that is saved",
          not wrong and len(rows) == len(ours), str(wrong[:1]))


def check_official(work, tokenizer, template, count):
    name, tokens = OFFICIAL[template]
    path = SHARED / "data/chat_templates" / f"{name}.jinja"
    if not path.exists():
        return skip(f"the authors' text of {template}", f"{path} is not there; set AKSHARA_SHARED")
    compiled = environment().from_string(path.read_text())
    chance = Chance(template, 6, PIECES + CONTROL)
    rows = [chance.conversation(index) for index in range(count)]
    if template == "mistral-nemo":
        # Theirs puts the system message and the tools before the last question: the same for one question, without a
        # system message unless it is a prompt.
        rows = [row for row in rows if row["messages"][0]["role"] != "system"]
        for row in rows:
            if sum(message["role"] == "user" for message in row["messages"]) > 1:
                row.pop("tools", None)
    _, ours = shard(work, tokenizer, template, rows, f"{template}-official")
    wrong, asked = [], 0
    for row, own in zip(rows, ours):
        row = copy.deepcopy(row)
        theirs = rendered(compiled, row, date_string="26 Jul 2024", **tokens)
        if theirs != own["text"]:
            wrong.append((row["id"], theirs, own["text"]))
        for messages in prompts(row):
            if not (template == "mistral-nemo" and row.get("tools")):
                prompt = rendered(compiled, row, True, messages, date_string="26 Jul 2024", **tokens)
                asked += 1
                if not own["text"].startswith(prompt):
                    wrong.append((row["id"], prompt, own["text"]))
    check(f"{template}: {len(rows)} conversations and {asked} prompts under its authors' text",
          not wrong and len(rows) == len(ours), wrong[:1])


def check_vicuna(work, tokenizer):
    """FastChat's `SeparatorStyle.ADD_COLON_TWO`, written out."""
    chance = Chance("vicuna", 7, PIECES)
    rows = []
    for index in range(200):
        messages = [{"role": "user" if turn % 2 == 0 else "assistant", "content": chance.text(least=1)} for turn in range(4)]
        rows.append({"id": str(index), "messages": messages})
    _, ours = shard(work, tokenizer, "vicuna", rows, "vicuna-fastchat")
    head = ("A chat between a curious user and an artificial intelligence assistant. "
            "The assistant gives helpful, detailed, and polite answers to the user's questions.")
    wrong = []
    for row, own in zip(rows, ours):
        expected = "<s>" + head + " "
        for message in row["messages"]:
            is_user = message["role"] == "user"
            expected += ("USER" if is_user else "ASSISTANT") + ": " + message["content"] + (" " if is_user else "</s>")
        if expected != own["text"]:
            wrong.append((expected, own["text"]))
    check(f"vicuna: {len(rows)} conversations as FastChat writes them", not wrong and len(rows) == len(ours), wrong[:1])


def check_date(work, tokenizer):
    rows = [{"id": "a", "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}]
    jinja, ours = shard(work, tokenizer, "llama3.2", rows, "date", "--template-date", "2025-03-09")
    check("llama3.2: a pinned date in the row and in the form that is saved",
          "Today Date: 09 Mar 2025\n" in ours[0]["text"]
          and environment().from_string(jinja).render(messages=rows[0]["messages"]) == ours[0]["text"])


def check_refusals(work, tokenizer):
    """What we refuse, the Jinja form refuses."""
    cases = {"gemma2": [["system", "user", "assistant"], ["assistant"], ["user", "user"]], "gemma3": [["system"], ["user", "user"]],
             "llama2": [["system"], ["user", "assistant", "assistant"], ["user", "system", "assistant"]],
             "mistral-v1": [["assistant"], ["user", "tool"]], "mistral-nemo": [["user", "user"], ["system"], ["tool"]],
             "vicuna": [["user", "system"], ["assistant"]], "phi3.5": [["tool"]], "zephyr": [["tool"]],
             "llama3": [["tool"]], "alpaca": [["user", "user"], ["user", "tool"]]}
    for template, roles in cases.items():
        jinja, _ = shard(work, tokenizer, template, [Chance(template, 1, ["a"]).conversation(0)], f"{template}-one")
        compiled = environment().from_string(jinja)
        for case in roles:
            messages = [{"role": role, "content": "a"} for role in case]
            source = write_jsonl(work / "refused.jsonl", [{"id": "refused", "messages": messages}])
            done = akshara("shard", source, "--tokenizer", tokenizer, "--template", template, "--output", work / "refused",
                           "--begin-token", "<s>", "--end-token", "</s>", status=1)
            try:
                compiled.render(messages=messages)
                refused = False
            except ValueError:
                refused = True
            check(f"{template}: {'/'.join(case)} is refused by both", refused and "conversation `refused`" in done.stderr
                  and "refused.jsonl:1: " in done.stderr, done.stderr)


def main():
    schema = json.loads((ROOT / "schemas/recipe.schema.json").read_text())
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        tokenizer = make_tokenizer(work)
        for template in schema["$defs"]["template"]["anyOf"][0]["enum"]:
            check_own(work, tokenizer, template, 300)
        for template in OFFICIAL:
            check_official(work, tokenizer, template, 300)
        check_vicuna(work, tokenizer)
        check_date(work, tokenizer)
        check_refusals(work, tokenizer)
    # One of each of 21 templates and of their authors' texts, FastChat's, the date and twenty refusals.
    return verdict(21 + len(OFFICIAL) + 2 + 20)


if __name__ == "__main__":
    sys.exit(main())
