#!/usr/bin/env python3
"""Renders conversations with the Jinja form of each template and compares the bytes with ours.

    AKSHARA_BINARY=.build/release/akshara template_parity.py

Peers: `jinja2` 3.1 as transformers sets it up, and `transformers` 5.17 (`apply_chat_template` with tokenization). Also
Meta's own template for Llama 3.2 from `../shared/data/chat_templates` (or below AKSHARA_SHARED), behind the system
message that it writes by itself; skipped, with the reason printed, where that folder is absent.
"""

import json
import pathlib
import random
import sys
import tempfile

from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from judge import SHARED, akshara, check, skip, verdict
from shards_parity import SPECIALS, shown, train_tokenizer, write_jsonl

PIECES = ["\n", "\n\n", " ", "\t", ".", "user", "### Response:\n", "ಕನ್ನಡ", "ಕ್ಷ", "శ్రీ", "\u200d", "\u200c", "🙂", "é",
          "\x85", "\u3000", "\xa0", "\x1c", "\ufeff", "\r\n", "{{ x }}", "{% if %}", "'", '"', "\\n", "the answer", "42"]
CONTROL_TEXTS = ["<|im_end|>", "<|eot_id|>", "<|begin_of_text|>", "<|start_header_id|>"]


def environment():
    """As transformers sets it up: utils/chat_template_utils.py, `_compile_jinja_template`."""
    def raise_exception(message):
        raise ValueError(message)

    result = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    result.globals["raise_exception"] = raise_exception
    return result


def conversations(template, count, seed, pieces):
    chance = random.Random(seed)

    def text(most=8):
        return "".join(chance.choices(pieces, k=chance.randint(0, most)))

    for index in range(count):
        if template == "completion":
            messages = [{"role": "assistant", "content": text() + "x"}]
            if chance.random() < 0.5:
                messages.insert(0, {"role": "user", "content": text()})
        else:
            turns = 2 * chance.randint(1, 3)
            messages = [{"role": "user" if turn % 2 == 0 else "assistant", "content": text()} for turn in range(turns)]
            if chance.random() < 0.3:
                messages.insert(0, {"role": "system", "content": text()})
            if template == "instruction" and chance.random() < 0.5:
                user = messages[-2]
                user["content"] = [{"type": "text", "text": user["content"]},
                                   {"type": "text", "text": "\n\n" + text()}]
        yield {"id": f"{template}-{index}", "messages": messages}


def shard(work, tokenizer, template, rows, name, *options):
    folder = work / name
    source = write_jsonl(work / f"{name}.jsonl", rows)
    akshara("shard", source, "--tokenizer", tokenizer, "--template", template, "--train-on", "all", "--max-length", 8192,
            "--output", folder, *options)
    manifest = json.loads((folder / "manifest.json").read_text())
    return manifest["templates"][0]["chat_template"], shown(folder)


def check_template(work, tokenizer, template):
    rows = list(conversations(template, 400, 5, PIECES + CONTROL_TEXTS))
    jinja, ours = shard(work, tokenizer, template, rows, f"{template}-all")
    compiled = environment().from_string(jinja)
    wrong, prompts = [], 0
    for row, own in zip(rows, ours):
        rendered = compiled.render(messages=row["messages"], add_generation_prompt=False)
        if rendered != own["text"]:
            wrong.append((rendered, own["text"]))
        for index, message in enumerate(row["messages"]):
            if message["role"] == "assistant":
                prompt = compiled.render(messages=row["messages"][:index], add_generation_prompt=True)
                prompts += 1
                if not own["text"].startswith(prompt):
                    wrong.append((prompt, own["text"]))
    check(f"{template}: {len(rows)} conversations and {prompts} prompts under jinja2", not wrong and len(rows) == len(ours),
          str(wrong[:1]))

    # Without control tokens' texts, which transformers would turn into control tokens.
    rows = list(conversations(template, 400, 6, PIECES))
    jinja, ours = shard(work, tokenizer, template, rows, f"{template}-plain", "--border", "as_rendered")
    peer = PreTrainedTokenizerFast(tokenizer_file=str(tokenizer), chat_template=jinja)
    wrong = [row["id"] for row, own in zip(rows, ours)
             if peer.apply_chat_template(row["messages"], tokenize=True, return_dict=False) != own["input_ids"]]
    check(f"{template}: token IDs of {len(rows)} conversations under transformers", not wrong and len(rows) == len(ours), wrong[:3])


def tokenizer_with_line_feeds(work):
    """A tokenizer that has tokens of several line feeds, so that tokens lie across borders."""
    pattern = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
               r"\s*[\r\n]+|\s+(?!\S)|\s+")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=700, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  special_tokens=[AddedToken(text, special=True, normalized=False) for text in SPECIALS])
    chance = random.Random(1)
    tokenizer.train_from_iterator(("".join(chance.choices(PIECES, k=40)) for _ in range(400)), trainer)
    tokenizer.save(str(work / "line-feeds.json"))
    return work / "line-feeds.json"


def check_assistant_mask(work):
    """`as_transformers` supervises what transformers' assistant mask marks, tokens across a border too."""
    mark = ("{%- for message in messages -%}{{- '<|im_start|>' + message['role'] + '\\n' -}}"
            "{%- if message['role'] == 'assistant' -%}{%- generation -%}{{- message['content'] + '<|im_end|>' -}}"
            "{%- endgeneration -%}{%- else -%}{{- message['content'] + '<|im_end|>' -}}{%- endif -%}{{- '\\n' -}}"
            "{%- endfor -%}")
    tokenizer = tokenizer_with_line_feeds(work)
    rows = list(conversations("chatml", 400, 7, PIECES))
    folder = work / "mask"
    akshara("shard", write_jsonl(work / "mask.jsonl", rows), "--tokenizer", tokenizer, "--template", "chatml",
            "--border", "as_transformers", "--max-length", 8192, "--output", folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    straddles = manifest["splits"][0]["counts"]["border_straddles"]
    peer = PreTrainedTokenizerFast(tokenizer_file=str(tokenizer), chat_template=mark)
    wrong, ours = [], shown(folder)
    for row, own in zip(rows, ours):
        theirs = peer.apply_chat_template(row["messages"], tokenize=True, return_dict=True,
                                          return_assistant_tokens_mask=True)
        labels = [token if marked else -100 for token, marked in zip(theirs["input_ids"], theirs["assistant_masks"])]
        if labels != own["labels"] or theirs["input_ids"] != own["input_ids"]:
            wrong.append(row["id"])
    check(f"chatml: assistant mask of {len(rows)} conversations, {straddles} tokens across borders",
          not wrong and len(rows) == len(ours) and straddles > 50, wrong[:3])


def check_refusals(work, tokenizer):
    """What we refuse, the Jinja form refuses."""
    cases = {"instruction": [["assistant"], ["user", "user"], ["user", "assistant", "assistant"], ["user", "tool"],
                             ["user", "system"]],
             "llama3": [["tool"], ["user", "tool", "assistant"]],
             "completion": [["assistant", "user"], ["user", "user"], ["system"], ["assistant", "assistant"]]}
    for template, roles in cases.items():
        jinja, _ = shard(work, tokenizer, template, list(conversations(template, 1, 1, ["a"])), f"{template}-one")
        compiled = environment().from_string(jinja)
        for case in roles:
            messages = [{"role": role, "content": "a"} for role in case]
            source = write_jsonl(work / "refused.jsonl", [{"id": "refused", "messages": messages}])
            done = akshara("shard", source, "--tokenizer", tokenizer, "--template", template, "--output",
                           work / "refused", status=1)
            try:
                compiled.render(messages=messages)
                refused = False
            except ValueError:
                refused = True
            check(f"{template}: {'/'.join(case)} is refused by both", refused and "conversation `refused`" in done.stderr
                  and "refused.jsonl:1: " in done.stderr, done.stderr)


def check_official_llama(work, tokenizer):
    path = SHARED / "data/chat_templates/meta-llama-Llama-3.2-3B-Instruct.jinja"
    if not path.exists():
        return skip("Meta's template", f"{path} is not there; set AKSHARA_SHARED")
    official = environment().from_string(path.read_text())
    rows = list(conversations("llama3", 300, 9, PIECES + CONTROL_TEXTS[:1]))
    _, ours = shard(work, tokenizer, "llama3", rows, "official")
    head = "<|start_header_id|>system<|end_header_id|>\n\n"
    dated = head + "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
    wrong = []
    for row, own in zip(rows, ours):
        rendered = official.render(messages=row["messages"], bos_token="<|begin_of_text|>", date_string="26 Jul 2024")
        # Where we write a system message, theirs has the date in front; elsewhere theirs has the date alone.
        system = row["messages"][0]["role"] == "system"
        expected = rendered.replace(dated, head, 1) if system else rendered.replace(dated + "<|eot_id|>", "", 1)
        if expected != own["text"]:
            wrong.append((expected, own["text"]))
    check(f"llama3: {len(rows)} conversations under Meta's template, without its date", not wrong and len(rows) == len(ours), wrong[:1])


def main():
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        tokenizer = train_tokenizer(work)
        for template in ("chatml", "llama3", "instruction", "completion"):
            check_template(work, tokenizer, template)
        check_assistant_mask(work)
        check_refusals(work, tokenizer)
        check_official_llama(work, tokenizer)
    # Two of each template, eleven refusals, the mask and Meta's template.
    return verdict(4 * 2 + 11 + 2)


if __name__ == "__main__":
    sys.exit(main())
