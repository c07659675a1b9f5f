#!/usr/bin/env python3
"""Ids and labels of every typed template beside spans that are written out by hand here.

    AKSHARA_BINARY=.build/release/akshara spans_parity.py [--rows 60] [--seed 1] [--only TEMPLATE]

Each template is written once more, as pieces of text that say what an answer is: none marks generation in its authors' text, so there
is no mask to compare with. `tokenizers` 0.23 encodes the pieces. The conversations are odd on purpose: white space of every kind,
blank contents, joiners and conjuncts at borders, headers and marks of the templates as content, roles in any order, messages that are
to be trained on or not, weights of 0.

1. With a byte-level vocabulary: ids and labels, under every border rule, for all answers and the last one, with and without end tokens.
   The contents hold the texts of all control tokens, which must stay text.
2. With a vocabulary of SentencePiece's kind whose file puts a space before every text (`always`, as Llama 2's), before the first one
   (`first`, as transformers 5 writes it), and whose control tokens take the white space behind them (`rstrip`, as Phi-3's): ids and
   labels of the whole text, and under `cut_at_answer` the prompt of the first answer as the beginning of the row.
"""

import argparse
import json
import pathlib
import random
import sys
import tempfile

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from jinja_rows_parity import base_tokenizer
from judge import akshara, check, verdict
from shards_parity import shown, write_jsonl

MARKS = ["<|user|>", "<|assistant|>", "<|system|>", "<|end|>", "<|endoftext|>"]
CONTROL = ["<s>", "</s>", "<bos>", "<eos>", "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>",
           "<|im_start|>", "<|im_end|>", "<start_of_turn>", "<end_of_turn>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
           "[TOOL_CALLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]", *MARKS]
SPACE = ["", " ", "  ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u3000", "\u200b", "\x85", "\x1c", "\u2028", " \n "]
PIECES = SPACE + ["ಕ್ಷ", "ಶ್ರೀ", "ಕ್", "\u200dಷ", "\u200c", "ರ್\u200dಯ", "స్త్రీ", "ಾ", "ೊ", "నమస్తే", "।", "೧೨", "the answer", "Price is $42", "🙂", "e\u0301",
                  "'", "\\n", "{{ x }}", "### Response:\n", "### Instruction:\n", "### Input:\n", "<<SYS>>\n", "ASSISTANT:", "USER: ", "user\n", "model\n"]
VICUNA = ("A chat between a curious user and an artificial intelligence assistant. "
          "The assistant gives helpful, detailed, and polite answers to the user's questions.")
ALPACA = "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
DATED = "\n\nCutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"


class Refused(Exception):
    """The template has no form for the conversation."""


class Row:
    """A row's pieces: (text, whether it is a control token, the message that it belongs to, whether it is said or ends it)."""

    def __init__(self):
        self.pieces = []

    def control(self, *texts):
        self.pieces += [(text, True, None, None) for text in texts]
        return self

    def text(self, text):
        self.pieces.append((text, False, None, None))
        return self

    def said(self, text, index):
        self.pieces.append((text, False, index, "said"))
        return self

    def end(self, text, index):
        self.pieces.append((text, True, index, "end"))
        return self


def alternating(messages, system=True):
    """The system message and the others with their places; user and assistant must alternate."""
    places = list(enumerate(messages))
    first = places.pop(0)[1]["content"] if messages[0]["role"] == "system" else None
    if first is not None and not system or any(m["role"] != ("user", "assistant")[k % 2] for k, (_, m) in enumerate(places)):
        raise Refused
    return first, places


def framed(header, end, behind="", trims=False, row=None, places=None, role=lambda name: name):
    """Every message between a header and an end token."""
    def write(messages):
        made = Row() if row is None else row(messages)
        for index, message in list(enumerate(messages))[places(messages) if places else 0:]:
            header(made, role(message["role"]))
            made.said(message["content"].strip() if trims else message["content"], index).end(end, index).text(behind)
        return made
    return write


def chatml_header(row, role):
    row.control("<|im_start|>").text(role + "\n")


def llama3_header(row, role):
    row.control("<|start_header_id|>").text(role).control("<|end_header_id|>").text("\n\n")


def dated(messages):
    row = Row().control("<|begin_of_text|>", "<|start_header_id|>").text("system").control("<|end_header_id|>").text(DATED)
    if messages[0]["role"] == "system":
        return row.said(messages[0]["content"].strip(), 0).end("<|eot_id|>", 0)
    return row.control("<|eot_id|>")


def qwen25_system(messages):
    row = Row()
    if messages[0]["role"] != "system":
        chatml_header(row, "system")
        row.text("You are Qwen, created by Alibaba Cloud. You are a helpful assistant.").control("<|im_end|>").text("\n")
    return row


def phi35(messages):
    row = Row()
    for index, message in enumerate(messages):
        if message["role"] != "system" or message["content"]:
            row.control(f"<|{message['role']}|>").text("\n").said(message["content"], index).end("<|end|>", index).text("\n")
    return row.control("<|endoftext|>")


def inside_first(system, text, joint):
    return text if system is None else system + joint + text


def llama2(messages):
    system, places = alternating(messages)
    row = Row()
    if not places:
        raise Refused
    for number, (index, message) in enumerate(places):
        if message["role"] == "user":
            text = message["content"]
            if number == 0 and system is not None:
                text = "<<SYS>>\n" + system + "\n<</SYS>>\n\n" + text
            row.control("<s>").text("[INST] ").said(text.strip(), index).text(" [/INST]")
        else:
            row.said(" " + message["content"].strip() + " ", index).end("</s>", index)
    return row


def mistral(opening, closing, space=" ", trims=False):
    def write(messages):
        system, places = alternating(messages)
        row = Row().control("<s>")
        if not places:
            raise Refused
        for number, (index, message) in enumerate(places):
            text = message["content"]
            if message["role"] == "user":
                opening(row).said(inside_first(system if number == 0 else None, text, "\n\n"), index)
                closing(row)
            else:
                row.said(space + (text.strip() if trims else text), index).end("</s>", index)
        return row
    return write


def gemma(system_too):
    def write(messages):
        system, places = alternating(messages, system_too)
        row = Row().control("<bos>")
        if not places:
            raise Refused
        for number, (index, message) in enumerate(places):
            text = inside_first(system if number == 0 else None, message["content"].strip(), "\n\n")
            row.control("<start_of_turn>").text({"user": "user\n", "assistant": "model\n"}[message["role"]])
            row.said(text, index).end("<end_of_turn>", index).text("\n")
        return row
    return write


def vicuna(messages):
    system, places = alternating(messages)
    row = Row().control("<s>").text((VICUNA if system is None else system) + " ")
    for index, message in places:
        if message["role"] == "user":
            row.text("USER: ").said(message["content"], index).text(" ")
        else:
            row.text("ASSISTANT:").said(" " + message["content"], index).end("</s>", index)
    return row


def headings(introduction):
    def write(messages):
        system, places = alternating(messages)
        row = Row().control("<s>").text((introduction if places else "") if system is None else system + "\n\n")
        for number, (index, message) in enumerate(places):
            if message["role"] == "user":
                row.text(("\n\n" if number else "") + "### Instruction:\n").said(message["content"], index)
            else:
                row.text("\n\n### Response:\n").said(message["content"], index).end("</s>", index)
        return row
    return write


def completion(messages):
    row = Row().control("<s>")
    if [message["role"] for message in messages] not in (["assistant"], ["user", "assistant"]):
        raise Refused
    for index, message in enumerate(messages):
        row.said(message["content"], index)
    return row.end("</s>", len(messages) - 1)


def instructed(row):
    return row.control("[INST]").text(" ")


LATER = framed(llama3_header, "<|eot_id|>", trims=True, row=dated, places=lambda messages: messages[0]["role"] == "system")
TEMPLATES = {
    "chatml": framed(chatml_header, "<|im_end|>", "\n"), "qwen2.5": framed(chatml_header, "<|im_end|>", "\n", row=qwen25_system),
    "llama3": framed(llama3_header, "<|eot_id|>", trims=True, row=lambda _: Row().control("<|begin_of_text|>")),
    "llama3.1": LATER, "llama3.2": LATER, "llama3.3": LATER, "llama2": llama2,
    "mistral-v1": mistral(lambda row: row.text(" [INST] "), lambda row: row.text(" [/INST]")),
    "mistral-v2": mistral(instructed, lambda row: row.control("[/INST]"), trims=True),
    "mistral-v3": mistral(instructed, lambda row: row.control("[/INST]"), trims=True),
    "mistral-nemo": mistral(lambda row: row.control("[INST]"), lambda row: row.control("[/INST]"), space=""),
    "gemma2": gemma(False), "gemma3": gemma(True), "phi3.5": phi35,
    "zephyr": framed(lambda row, role: row.control(f"<|{role}|>").text("\n"), "</s>", "\n"), "vicuna": vicuna,
    "alpaca": headings(ALPACA), "dolly": headings(""), "instruction": headings(""), "completion": completion}
ALTERNATING = {"llama2", "mistral-v1", "mistral-v2", "mistral-v3", "mistral-nemo", "gemma2", "gemma3", "vicuna", "alpaca", "dolly", "instruction"}
# Those of them whose first question holds the system message: its own flags are another matter.
INSIDE = {"llama2", "mistral-v1", "mistral-v2", "mistral-v3", "mistral-nemo", "gemma3", "vicuna", "alpaca", "dolly", "instruction"}
OPTIONS = [("assistant", "turn", border) for border in ("cut_at_answer", "as_rendered", "as_transformers")] + [
    ("last-assistant", "turn", "cut_at_answer"), ("assistant", "last", "cut_at_answer"), ("assistant", "none", "as_transformers")]


def conversation(chance, template, index, pieces):
    def text():
        kind = chance.random()
        if kind < 0.12:
            return "".join(chance.choices(SPACE, k=chance.randint(0, 3)))
        return chance.choice(SPACE) + "".join(chance.choices(pieces, k=chance.randint(1, 8))) + chance.choice(SPACE)

    roles = ["user", "assistant"] * chance.choice([1, 1, 2, 3])
    if chance.random() < 0.35:
        roles.insert(0, "system")
    if template == "completion":
        roles = chance.choice([["assistant"], ["user", "assistant"]])
    elif template not in ALTERNATING or chance.random() < 0.05:
        if chance.random() < 0.4:
            roles.insert(chance.randrange(len(roles)), chance.choice(["user", "assistant", "system"]))
    messages = [{"role": role, "content": text()} for role in roles]
    flagged = roles[0] != "system" or template not in INSIDE
    for message in messages if flagged else []:
        # A question that is trained on has an end token in some templates only: `last` is about answers here.
        if message["role"] == "assistant" and chance.random() < 0.2:
            message["supervised"] = chance.random() < 0.5
        if chance.random() < 0.2:
            message["weight"] = chance.choice([0, 0.5, 2])
    return {"id": f"r{index}", "messages": messages}


def plan(messages, train_on, eos):
    """For each message whether it is trained on, and whether its end token is."""
    last = max((i for i, message in enumerate(messages) if message["role"] == "assistant"), default=None)
    said = [message.get("supervised", message["role"] == "assistant" if train_on == "assistant" else i == last)
            and message.get("weight", 1) > 0 for i, message in enumerate(messages)]
    final = max((i for i, trained in enumerate(said) if trained), default=None)
    return [(trained, trained and (eos == "turn" or eos == "last" and i == final)) for i, trained in enumerate(said)]


def marked(row, messages, train_on, eos):
    """The pieces with whether they are trained on, and whether they belong to an answer."""
    parts = plan(messages, train_on, eos)
    return [(text, is_control, index is not None and parts[index][kind == "end"],
             index is not None and messages[index]["role"] == "assistant") for text, is_control, index, kind in row.pieces if text]


def decided(flags, border):
    return bool(flags) and (any(flags) if border == "as_transformers" else all(flags))


def labelled(encoding, flags, border):
    return [token if decided(flags[start:end] or flags[start:start + 1], border) else -100
            for token, (start, end) in zip(encoding.ids, encoding.offsets)]


def reference(peer, pieces, border):
    """ids and labels of a byte-level vocabulary: text between control tokens is encoded in one go, or cut at answers."""
    ids, labels, run = [], [], []

    def finish():
        text, flags = "".join(piece[0] for piece in run), [piece[2] for piece in run for _ in piece[0]]
        encoding = peer.encode(text, add_special_tokens=False)
        ids.extend(encoding.ids)
        labels.extend(labelled(encoding, flags, border))
        run.clear()

    for piece in pieces:
        text, is_control, trained, answers = piece
        changes = run and (run[-1][3] != answers or answers and run[-1][2] != trained)
        if is_control or border == "cut_at_answer" and changes:
            finish()
        if is_control:
            ids.append(peer.token_to_id(text))
            labels.append(ids[-1] if trained else -100)
        else:
            run.append(piece)
    finish()
    return ids, labels


def shard(work, tokenizer, template, rows, train_on, eos, border):
    """Our rows by ID, and why others were dropped; the set must be proven."""
    source, folder = write_jsonl(work / "rows.jsonl", rows), work / "set"
    akshara("shard", source, "--tokenizer", tokenizer, "--template", template, "--begin-token", "<s>", "--end-token", "</s>", "--max-length",
            100_000, "--on-refusal", "drop", "--train-on", train_on, "--train-on-eos", eos, "--border", border, "--output", folder)
    path = folder / "dropped.jsonl"
    dropped = {row["id"]: row["reason"] for row in map(json.loads, path.open())} if path.exists() else {}
    return {row["id"]: row for row in shown(folder)}, dropped


def compare(work, tokenizer, template, rows, options, expected):
    """How many rows are equal, and the first that is not; `expected` gives ids and labels of pieces."""
    ours, dropped = shard(work, tokenizer, template, rows, *options)
    wrong, equal = [], 0
    for row in rows:
        try:
            pieces = marked(TEMPLATES[template](row["messages"]), row["messages"], *options[:2])
        except Refused:
            if dropped.get(row["id"]) != "refused_by_template":
                wrong.append((row, "is refused", dropped.get(row["id"])))
            continue
        ids, labels = expected(pieces, options[2])
        own = ours.get(row["id"])
        if own is None:
            if any(label != -100 for label in labels) or dropped.get(row["id"]) != "no_supervised_token":
                wrong.append((row, "is dropped", dropped.get(row["id"])))
        elif (own["text"], own["input_ids"], own["labels"]) != ("".join(piece[0] for piece in pieces), ids, labels):
            wrong.append((row, options, own, ids, labels))
        else:
            equal += 1
    return equal, wrong


def check_bytes(work, template, count, seed):
    tokenizer = base_tokenizer()
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in CONTROL])
    path = work / "bytes.json"
    tokenizer.save(str(path))
    tokenizer.encode_special_tokens = True
    chance = random.Random(f"{seed} {template}")
    rows = [conversation(chance, template, index, PIECES + CONTROL) for index in range(count)]
    equal, wrong = 0, []
    for options in OPTIONS:
        more, faults = compare(work, path, template, rows, options, lambda pieces, border: reference(tokenizer, pieces, border))
        equal, wrong = equal + more, wrong + faults
    check(f"{template}: bytes", not wrong and equal > 3 * count, wrong[:1], f"ids and labels of {equal} rows")


def spaced_tokenizer(path, control, scheme, rstrip):
    """A vocabulary of SentencePiece's kind: a mark for spaces, bytes for what it does not know, nothing that joins line feeds."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    chance = random.Random(2)
    words = [piece for piece in PIECES if piece.isprintable()] + ["### Response:", "### Instruction:", "user", "model", " [INST] ", "   "]
    trainer = trainers.BpeTrainer(vocab_size=400, show_progress=False, special_tokens=["<unk>"] + [f"<0x{byte:02X}>" for byte in range(256)])
    tokenizer.train_from_iterator(("".join(chance.choices(words, k=20)) for _ in range(300)), trainer)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=False)
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    made = json.loads(tokenizer.to_str())
    made["added_tokens"] = made["added_tokens"][:1]  # The bytes are no control tokens.
    tokenizer = Tokenizer.from_str(json.dumps(made))
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False, rstrip=rstrip and text in MARKS) for text in control])
    tokenizer.save(str(path))
    return tokenizer


def whole(peer, pieces, border):
    """ids and labels of the whole text, whose control tokens the tokenizer finds by itself."""
    encoding = peer.encode("".join(piece[0] for piece in pieces), add_special_tokens=False)
    flags = [trained for text, _, trained, _ in pieces for _ in text]
    labels = labelled(encoding, flags, border)
    for number, (token, (start, _)) in enumerate(zip(encoding.ids, encoding.offsets)):
        if peer.id_to_token(token) in CONTROL:  # Whatever white space it took.
            labels[number] = token if flags[start] else -100
    return encoding.ids, labels


def check_prompts(work, path, tokenizer, template, rows):
    ours, _ = shard(work, path, template, rows, "assistant", "turn", "cut_at_answer")
    wrong = []
    for row in rows:
        own, prompt = ours.get(row["id"]), ""
        pieces = marked(TEMPLATES[template](row["messages"]), row["messages"], "assistant", "turn") if own else []
        for text, _, _, answers in pieces:
            if answers:
                break
            prompt += text
        ids = tokenizer.encode(prompt, add_special_tokens=False).ids
        if own and own["input_ids"][:len(ids)] != ids:
            wrong.append((row, own["input_ids"], ids))
    return len(ours), wrong


def check_spaces(work, template, scheme, rstrip, count, seed):
    path = work / "spaces.json"
    # These two write their marks as text, which is a control token of later tokenizers.
    control = [text for text in CONTROL if template not in ("llama2", "mistral-v1") or "INST" not in text]
    tokenizer = spaced_tokenizer(path, control, scheme, rstrip)
    chance = random.Random(f"{seed} {template} {scheme}")
    texts = [piece for piece in PIECES if not any(control in piece for control in CONTROL)]
    rows = [conversation(chance, template, index, texts) for index in range(count)]
    equal, wrong = 0, []
    for border in ("as_rendered", "as_transformers"):
        more, faults = compare(work, path, template, rows, ("assistant", "turn", border), lambda pieces, border: whole(tokenizer, pieces, border))
        equal, wrong = equal + more, wrong + faults
    prompts, faults = check_prompts(work, path, tokenizer, template, rows)
    kind = scheme + (", rstrip" if rstrip else "")
    check(f"{template}: {kind}", not wrong + faults and equal > count and prompts > count // 2, (wrong + faults)[:1],
          f"ids and labels of {equal} rows, {prompts} prompts")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        for template in TEMPLATES:
            if options.only in (None, template):
                check_bytes(work, template, options.rows, options.seed)
                for scheme, rstrip in (("always", False), ("first", False), ("always", True)):
                    check_spaces(work, template, scheme, rstrip, options.rows, options.seed)
    return verdict(4 if options.only else 4 * len(TEMPLATES))


if __name__ == "__main__":
    sys.exit(main())
