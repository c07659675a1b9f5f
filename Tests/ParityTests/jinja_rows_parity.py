#!/usr/bin/env python3
"""Ids and labels of Jinja templates beside transformers', their prompts, and texts of control tokens in data.

    AKSHARA_BINARY=.build/release/akshara jinja_rows_parity.py [--rows 60] [--seed 1] [--only NAME]

Peers: `transformers` 5.17 (`apply_chat_template(tokenize=True, return_assistant_tokens_mask=True)`) and `tokenizers`, on
every template that `trl` 1.16 ships (`trl/chat_templates`) and those of `../shared/data/chat_templates` (or below
AKSHARA_SHARED; said where absent). Random conversations of the seed: system or none, one to four turns, tools and
calls, thinking, empty contents, null contents, white space at borders, Kannada, Telugu, emoji, CR LF. Checked are:

1. where the template marks generation: ids and labels under the border rule `as_transformers`, and that the
   conversations which transformers refuses are refused, and no others. One difference is told apart and counted:
   transformers' mask ends with the first token of an answer's last character, where that character is several tokens
   (`char_to_token`) and no end token is marked with it; Akshara trains on the whole character;
2. that the set is proven. The templates of `ENDLESS` write no control token behind an answer: their sets must be refused with
   that sentence, and are compared with `--train-on-eos none`; those of `REFUSES` refuse every conversation, as jinja2 does;
3. under `cut_at_answer`: the ids of every prompt whose text begins a row are the row's first. They are transformers' ids of the
   prompt, part by part between the borders of earlier answers; how many prompts have others if they are encoded whole, where a
   word of the tokenizer lies across such a border, is counted: no row could begin with the ids of both that prompt and the
   earlier one;
   The rows' texts are compared with jinja2's, and what is dropped must be refused there or have no answer, but for the templates
   of `UNTOLD`, whose refusals must say why;
4. injection: with the text of every control token, whole and broken, in every text, name and argument of a conversation,
   the control ids are those of the same conversation without them.
"""

import argparse
import collections
import copy
import datetime
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import transformers.utils.chat_template_utils as chat_template_utils
import trl
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from random_conversations import conversation
from judge import AKSHARA, SHARED, check, skip, verdict
from shards_parity import shown, write_jsonl

TEMPLATES = pathlib.Path(trl.__file__).parent / "chat_templates"
SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
         r"\s*[\r\n]+|\s+(?!\S)|\s+")
# The spellings of control tokens: of most models, then those of Gemma, SmolVLM, Seed-OSS, MiniMax-M1, Nemotron, Reka, Laguna, Mistral and
# MiniMax-M2.
CONTROL = (r"<[|｜][^<>\s]+?[|｜]>|<\|[a-z_]+>|<[a-z_]+\|>"
           r"|<(?:start_of_turn|end_of_turn|end_of_utterance|image|seed:[be]os|(?:beginning|end)_of_sentence|SPECIAL_\d+|sep|/?assistant)>"
           r"|\[/?INST\]|\]~!?b[\[\]]|\[e~\[")
# As in Qwen's tokenizers: tokens of their own that data may write, too.
ADDED = ["<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"]
# What stands behind the last answer of these, as the refusal quotes it.
ENDLESS = {"glm4moe": "nothing", "GLM-4.6": "nothing", "GLM-4.7-Flash": "nothing", "Apertus-8B-Instruct": "nothing",
           "Apriel-1.6-15b-Thinker-fixed": "nothing", "tencent-Hy3": "nothing", "llama-cpp-rwkv-world": "`⏎⏎`"}
# These ask for Cohere's and Hermes's own form of tools, or for variables that a conversation does not have.
REFUSES = {"CohereForAI-c4ai-command-r-plus-tool_use", "NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use",
           "NousResearch-Hermes-3-Llama-3.1-8B-tool_use", "fireworks-ai-llama-3-firefunction-v2"}
# jinja2 renders these conversations, too, but which part of the text is the answer cannot be told: behind a tool's result the answer
# goes on without a beginning of its own, or in the middle of one, or a call has words of its own before and behind it, or nothing ends an
# answer without text.
SIDES = "stands on both sides of its tool's result"
# Two answers in a row, of which the second is empty, may have no end between them either.
OR_NO_END = f"(?:{SIDES}|has no end)"
UNTOLD = {"diffusion_gemma": OR_NO_END, "gemma4": SIDES, "gemma4_v3": SIDES, "gemma4_v4": SIDES, "gemma4_v5": OR_NO_END,
          "google-gemma-4-31B-it": SIDES,
          "ByteDance-Seed-OSS": "has no end", "diffusion_gemma_training": "has no end",
          "Apertus-8B-Instruct": "begins with what no prompt for an answer has",
          "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B": "begins with what no prompt for an answer has",
          "deepseek-ai-DeepSeek-V3.2": "begins with what no prompt for an answer has"}
TRL, MODELS = 251, 212  # checks of TRL's templates and of the models'
PIECES = ["\n", "\n\n", " ", "  ", "\t", "\r\n", ".", "ಕನ್ನಡ", "ಕ್ಷ", "ಶ್ರೀ\u200d", "తెలుగు", "శ్రీ", "🙂", "👩‍👩‍👧", "é", "\u3000",
          "the answer", "42", "user", "<think>\nhm\n</think>\n\n", "{{ x }}", "\"", "'"]


def judge(name, wrong, what):
    """Counts and prints one comparison, with the first of what is wrong."""
    check(name, not wrong, detail=str(wrong[:1])[:2000], note=what + (f"; {len(wrong)} wrong" if wrong else ""))


class Day(datetime.datetime):
    """The day that templates are told here and there."""

    @classmethod
    def now(cls, tz=None):
        return cls(2024, 7, 26)


def base_tokenizer():
    """A byte-level vocabulary with tokens of several line feeds, so that tokens lie across borders."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    chance = random.Random(1)
    trainer = trainers.BpeTrainer(vocab_size=600, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(("".join(chance.choices(PIECES, k=40)) for _ in range(400)), trainer)
    return tokenizer


def shown_by(template):
    """What the template writes for a small conversation: some put their control tokens together, as tencent-Hy3 does."""
    messages = [{"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}] * 2
    try:
        return chat_template_utils.render_jinja_template([messages], chat_template=template, bos_token="", eos_token="")[0][0]
    except Exception:  # Whatever a template does to a conversation: Python's errors, jinja2's, its own.
        return ""


def model_folder(work, name, template, base):
    """A model's folder with the template, and the control tokens that stand in it."""
    folder = work / name
    folder.mkdir()
    tokenizer = Tokenizer.from_str(base.to_str())
    control = ["<s>", "</s>"] + sorted(set(re.findall(CONTROL, template + shown_by(template))) - set(ADDED))
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in control])
    tokenizer.add_tokens([AddedToken(text, special=False, normalized=False) for text in ADDED])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {"bos_token": "<s>", "eos_token": "</s>", "chat_template": template}))
    peer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), bos_token="<s>", eos_token="</s>",
                                   chat_template=template)
    return folder, peer, control


def conversations(count, seed, control):
    """Those of `random_conversations`, with other texts; none holds the text of a control token, which transformers
    would turn into the token."""
    chance = random.Random(seed)

    def text():
        return "".join(chance.choices(PIECES, k=chance.randint(0, 8)))

    for index in range(count):
        row = conversation(seed * 100_000 + index)
        row["id"] = f"c{index}"
        for message in row["messages"]:
            if isinstance(message["content"], str) and (chance.random() < 0.6 or "<|" in message["content"]
                                                        or re.search(CONTROL, message["content"])):
                message["content"] = text()
            if message.get("tool_calls") and chance.random() < 0.4:
                message["content"] = None
            if "reasoning_content" in message and chance.random() < 0.5:
                message["reasoning_content"] = text()
        held = json.dumps(row, ensure_ascii=False)
        if any(token in held for token in control):
            continue
        yield row


def in_parts(message):
    """The message with its text as a typed part, as templates of models that see want it."""
    if isinstance(message["content"], str):
        message["content"] = [{"type": "text", "text": message["content"]}]
    return message


def takes_text(peer):
    probe = {"messages": [{"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]}
    return theirs(peer, probe)[0] is not None


def theirs(peer, row):
    """ids and labels; `None` where the template refuses."""
    try:
        out = peer.apply_chat_template(
            copy.deepcopy(row["messages"]), tools=copy.deepcopy(row.get("tools")), tokenize=True, return_dict=True,
            return_assistant_tokens_mask=True, **row.get("chat_template_kwargs", {}))
    except Exception as error:  # Whatever a template does to a conversation: Python's errors, jinja2's, its own.
        return None, f"{type(error).__name__}: {error}"
    mask = out["assistant_masks"]
    return [out["input_ids"], [token if own else -100 for token, own in zip(out["input_ids"], mask)]], None


def shard(work, name, folder, rows, *options):
    """The rows by ID, and why others were dropped; `None` with the message where there is no set, or no proven one."""
    source = write_jsonl(work / f"{name}.jsonl", rows)
    output = work / f"{name}-set"
    done = subprocess.run(
        [AKSHARA, "shard", source, "--tokenizer", folder, "--template", folder, "--max-length", "100000", "--on-refusal",
         "drop", "--output", output, *options], capture_output=True, text=True)
    if done.returncode != 0:
        return None, done.stderr[-700:]
    dropped = {}
    if (output / "dropped.jsonl").exists():
        dropped = {row["id"]: row["reason"] for row in map(json.loads, (output / "dropped.jsonl").open())}
    return {row["id"]: row for row in shown(output)}, dropped


def check_refused(work, name, folder, peer, given):
    """That the template is refused as the tables say, and for which conversations and options it is to be compared."""
    if name not in ENDLESS and name not in REFUSES:
        return given, []
    ours, said = shard(work, f"{name}-refused", folder, given)
    if name in ENDLESS:
        wanted = (rf"akshara: the template `{name}/tokenizer_config\.json` ends answers with {ENDLESS[name]}, where the tokenizer "
                  r"sha256:[0-9a-f]{64} has no control token; choose the template of the tokenizer's model, or add the token to the "
                  r"tokenizer \(`akshara tokenizer extend`\), or train on no end \(`--train-on-eos none`\)\n")
        judge(f"{name}, refused", [] if ours is None and re.fullmatch(wanted, said) else [said], f"answers end with {ENDLESS[name]}")
        return given, ["--train-on-eos", "none"]
    if name in REFUSES:
        wanted = rf"no row is left of {len(given)}: .*\({len(given)} refused_by_template\)"
        rendered = [row["id"] for row in given if theirs(peer, row)[0] is not None]
        judge(f"{name}, refused", [] if ours is None and re.search(wanted, said) and not rendered else [said, rendered],
              f"each of {len(given)} conversations is refused by both")
        return [], []


def cut_at_answers(peer, text, own, border):
    """The ids of a prompt, encoded part by part between the borders of its earlier answers."""
    data, trained = text.encode(), [span for span in own["spans"] if span["supervised"]]
    # An edge of two spans that follow each other, as text and calls, is no border of an answer.
    edges = {span["start"] for span in trained} ^ {span["end"] for span in trained}
    cuts = sorted({0, border} | {edge for edge in edges if edge < border})
    return [token for first, end in zip(cuts, cuts[1:]) for token in peer(data[first:end].decode(), add_special_tokens=False)["input_ids"]]


def lacks_last_bytes(peer, row, own, their):
    """Whether their labels differ only by leaving out later tokens of a character of which they have the first."""
    text = peer.apply_chat_template(copy.deepcopy(row["messages"]), tools=row.get("tools"), tokenize=False,
                                    **row.get("chat_template_kwargs", {}))
    offsets = peer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    return own[0] == their[0] and all(
        a == b or b == -100 and index > 0 and offsets[index][0] < offsets[index - 1][1]
        for index, (a, b) in enumerate(zip(own[1], their[1])))


def compare_masks(work, name, folder, peer, given, options):
    ours, dropped = shard(work, f"{name}-masks", folder, given, "--border", "as_transformers", *options)
    if ours is None:
        return judge(f"{name}: masks", [dropped], "the set is refused")
    wrong, compared, refused, empty, bytes_left_out = [], 0, 0, 0, 0
    for row in given:
        their, error = theirs(peer, row)
        own = ours.get(row["id"]) and [ours[row["id"]]["input_ids"], ours[row["id"]]["labels"]]
        reason = dropped.get(row["id"])
        if their is None:
            refused += 1
            if own is not None or reason != "refused_by_template":
                wrong.append((row["id"], "they refuse", error, reason, row))
        elif all(label == -100 for label in their[1]):
            empty += 1
            if own is not None or reason not in ("no_supervised_token", "refused_by_template"):
                wrong.append((row["id"], "they train on nothing", reason, row))
        else:
            compared += 1
            if own is None and name in UNTOLD and reason == "refused_by_template":
                continue  # `compare_texts` asks why
            if own is None:
                wrong.append((row["id"], "we drop it", reason, row))
            elif own != their and lacks_last_bytes(peer, row, own, their):
                bytes_left_out += 1
            elif own != their:
                kind = "ids" if own[0] != their[0] else "labels"
                at = next((i for i, (a, b) in enumerate(zip(own[kind == "labels"], their[kind == "labels"])) if a != b), -1)
                wrong.append((row["id"], kind, at, peer.decode(their[0][max(0, at - 6):at + 6]), row))
    if compared < len(given) // 3:
        wrong.append((compared, "are too few to compare"))
    judge(f"{name}: masks", wrong, f"ids and labels of {compared} conversations, {refused} refused by both, {empty} without an answer"
          + (f", {bytes_left_out} of which they leave out bytes of a last character" if bytes_left_out else ""))


def compare_texts(work, name, folder, peer, given, ours, dropped, options):
    """The rows' texts are jinja2's; what is dropped is refused there, or has no answer, or says why its labels cannot be told."""
    wrong, untold = [], 0
    for row in given:
        try:
            text = peer.apply_chat_template(copy.deepcopy(row["messages"]), tools=copy.deepcopy(row.get("tools")), tokenize=False,
                                            **row.get("chat_template_kwargs", {}))
        except Exception:  # As above.
            text = None
        own, reason = ours.get(row["id"]), dropped.get(row["id"])
        if own is None and text is not None and reason == "refused_by_template" and name in UNTOLD:
            _, said = shard(work, f"{name}-{row['id']}", folder, [row], *options, "--on-refusal", "stop")
            wanted = rf"message \d+ of conversation `{row['id']}` {UNTOLD[name]} when the template `.*` renders it, so its labels cannot be told;"
            untold += 1
            if not re.search(wanted, said):
                wrong.append((row["id"], said, row))
        elif own is not None and own["text"] != text or own is None and (text is None) != (reason == "refused_by_template"):
            wrong.append((row["id"], reason, own and own["text"], text, row))
    if (untold > 0) != (name in UNTOLD):
        wrong.append("UNTOLD names a template that refuses nothing by itself")
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(collections.Counter(dropped.values()).items()))
    judge(f"{name}: texts", wrong, f"{len(ours)} rows; dropped are {reasons or 'none'}" + (f"; of {untold} the labels cannot be told" if untold else ""))


def compare_prompts(work, name, folder, peer, given, options):
    ours, dropped = shard(work, f"{name}-prompts", folder, given, *options)
    if ours is None:
        judge(f"{name}: prompts", [dropped], "the set is refused")
        return []
    compare_texts(work, name, folder, peer, given, ours, dropped, options)
    wrong, compared, others, joined = [], 0, 0, 0
    for row in given:
        own = ours.get(row["id"])
        if own is None:
            continue
        for index, message in enumerate(row["messages"]):
            if message["role"] != "assistant":
                continue
            arguments = dict(tools=row.get("tools"), add_generation_prompt=True, **row.get("chat_template_kwargs", {}))
            try:
                text = peer.apply_chat_template(row["messages"][:index], tokenize=False, **copy.deepcopy(arguments))
            except Exception:  # A template may refuse what stands before an answer.
                others += 1
                continue
            border = len(text.encode())
            if not own["text"].startswith(text) or all(span["start"] != border for span in own["spans"]):
                others += 1  # Or it ends in the middle of what the row's template marks as the answer.
                continue
            compared += 1
            ids = cut_at_answers(peer, text, own, border)
            joined += ids != peer(text, add_special_tokens=False)["input_ids"]
            if own["input_ids"][:len(ids)] != ids:
                wrong.append((row["id"], index, row))
    judge(f"{name}: prompts", wrong, f"{compared} prompts are the beginnings of {len(ours)} rows, {others} have other texts"
          + (f", {joined} join an earlier answer if they are encoded whole" if joined else ""))
    return [row for row in given if row["id"] in ours]


def written(value, text):
    """`value` with `text` in every string that a user, a model or a tool wrote."""
    if isinstance(value, dict):
        return {(key + text if key in ("city", "query") else key):
                inner if key in ("role", "type", "id", "tool_call_id") else written(inner, text)
                for key, inner in value.items()}
    if isinstance(value, list):
        return [written(inner, text) for inner in value]
    return f"{value}ಕ{text}ಗ" if isinstance(value, str) else value


def check_injection(work, name, folder, peer, control, given, options):
    tokens = [token for token in control if peer.convert_tokens_to_ids(token) in peer.all_special_ids_of_template]
    # Two rows for each token: a template may refuse one whose empty messages have a text now, of whatever kind.
    places = [(number, token, given[(number + offset) % len(given)]) for number, token in enumerate(tokens) for offset in (0, 1)]
    rows = []
    for place, (_, token, row) in enumerate(places):
        half = max(1, len(token) // 2)
        for kind, text in [("clean", "x"), ("whole", token), ("broken", token[half:] + "ಕ್ಷ" + token[:half])]:
            other = copy.deepcopy(row)
            other["id"] = f"{place}-{kind}"
            other["messages"] = written(other["messages"], text)
            if other.get("tools"):
                other["tools"] = written(other["tools"], text)
            rows.append(other)
    ours, dropped = shard(work, f"{name}-injected", folder, rows, *options)
    if ours is None:
        return judge(f"{name}: injection", [dropped], "the set is refused")
    special = peer.all_special_ids_of_template
    wrong, compared = [], set()
    for place, (number, token, row) in enumerate(places):
        found = [[i for i in ours[f"{place}-{kind}"]["input_ids"] if i in special] if f"{place}-{kind}" in ours else None
                 for kind in ("clean", "whole", "broken")]
        if found[0] != found[1] or found[0] != found[2]:
            wrong.append((token, found, row["messages"]))
        if found[0] is not None:
            compared.add(number)
    if len(compared) < len(tokens) or not tokens:
        wrong.append("tokens whose conversations are all dropped")
    judge(f"{name}: injection", wrong, f"{len(compared)} of {len(tokens)} control tokens' texts in every place stay text")


def compare(work, name, template, base, rows, seed):
    folder, peer, control = model_folder(work, name, template, base)
    peer.all_special_ids_of_template = {peer.convert_tokens_to_ids(token) for token in control}
    given = list(conversations(rows, seed, control))
    if not takes_text(peer):
        for row in given:
            row["messages"] = [in_parts(message) for message in row["messages"]]
    given, more = check_refused(work, name, folder, peer, given)
    if not given:
        return
    if re.search(r"\{%-?\s*generation", template):
        compare_masks(work, name, folder, peer, given, more)
    kept = compare_prompts(work, name, folder, peer, given, more)
    if kept:
        check_injection(work, name, folder, peer, control, kept, more)


def templates():
    yield from ((f"trl/{path.stem}", path) for path in sorted(TEMPLATES.glob("*.jinja")))
    folder = SHARED / "data/chat_templates"
    if not folder.exists():
        skip("the models' templates", f"{folder} is not there (set AKSHARA_SHARED)", MODELS)
    yield from ((path.stem, path) for path in sorted(folder.glob("*.jinja")))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    options = parser.parse_args()
    chat_template_utils.datetime = Day
    base = base_tokenizer()
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        for name, path in templates():
            if options.only in (None, path.stem):
                place = work / name.replace("/", "-")
                place.mkdir()
                compare(place, path.stem, path.read_text(encoding="utf-8"), base, options.rows, options.seed)
    return verdict(1 if options.only else TRL + MODELS)


if __name__ == "__main__":
    sys.exit(main())
